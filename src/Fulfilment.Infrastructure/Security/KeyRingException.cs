namespace Fulfilment.Infrastructure.Security;

/// <summary>The keys cannot be used as they are. The message says where and what to do, and never holds a key.</summary>
public sealed class KeyRingException : Exception
{
    public KeyRingException()
    {
    }

    public KeyRingException(string message)
        : base(message)
    {
    }

    public KeyRingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
