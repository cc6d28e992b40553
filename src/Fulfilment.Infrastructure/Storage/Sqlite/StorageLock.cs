using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>
/// Keeps a restore and the processes that use a storage folder apart: they share the lock, a restore has it alone. The operating system lets go
/// of it when a process dies, however it dies.
/// </summary>
internal sealed class StorageLock : IDisposable
{
    public const string FileName = "fulfilment.lock";

    private readonly FileStream _file;

    private StorageLock(FileStream file) => _file = file;

    /// <exception cref="IOException">The folder is being restored.</exception>
    public static StorageLock Share(string folder)
    {
        try
        {
            return Open(folder, FileAccess.Read, FileShare.Read);
        }
        catch (IOException taken) when (File.Exists(Path.Combine(folder, FileName)))
        {
            throw new IOException($"A restore is working in {folder}; wait until it ends.", taken);
        }
    }

    /// <summary>Null while anybody uses the folder.</summary>
    public static StorageLock? TryTakeAlone(string folder)
    {
        try
        {
            return Open(folder, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(Path.Combine(folder, FileName)))
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();

    private static StorageLock Open(string folder, FileAccess access, FileShare share)
    {
        var path = Path.Combine(folder, FileName);
        DurableFiles.EnsureEmpty(path);
        return new StorageLock(new FileStream(path, FileMode.Open, access, share));
    }
}
