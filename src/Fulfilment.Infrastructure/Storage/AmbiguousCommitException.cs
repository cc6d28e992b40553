namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// The connection broke while a transaction was being committed: its rows may be stored or not, and only reading them tells. Never repeated without that.
/// </summary>
public sealed class AmbiguousCommitException : Exception
{
    public AmbiguousCommitException()
    {
    }

    public AmbiguousCommitException(string message)
        : base(message)
    {
    }

    public AmbiguousCommitException(Exception innerException)
        : base("The connection to the database broke during a commit; what was to be stored may be stored.", innerException)
    {
    }

    public AmbiguousCommitException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
