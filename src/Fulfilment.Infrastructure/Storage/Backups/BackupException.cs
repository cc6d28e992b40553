namespace Fulfilment.Infrastructure.Storage.Backups;

/// <summary>A backup or a restore cannot go on. The message says what to do; nothing that was there has changed.</summary>
public sealed class BackupException : Exception
{
    public BackupException()
    {
    }

    public BackupException(string message)
        : base(message)
    {
    }

    public BackupException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
