namespace Fulfilment.Core.Storage;

/// <summary>
/// Nothing was stored, or it is not known whether it was: somebody else changed what this rested on, or the answer to the commit was lost. Read again and
/// repeat; what had been stored after all is then found.
/// </summary>
public class StorageConflictException : Exception
{
    public StorageConflictException()
        : this("What was read has changed before it could be acted on.")
    {
    }

    public StorageConflictException(string message)
        : base(message)
    {
    }

    public StorageConflictException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
