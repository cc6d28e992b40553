namespace Fulfilment.Core.Storage;

/// <summary>
/// The database could not be reached, or did not answer. Like every conflict it may be repeated, but asking for less at a time does not help.
/// </summary>
public sealed class StorageUnavailableException : StorageConflictException
{
    public StorageUnavailableException()
        : this("The database did not answer.")
    {
    }

    public StorageUnavailableException(string message)
        : base(message)
    {
    }

    public StorageUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
