using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fulfilment.Infrastructure.Security;

/// <summary>Files that are either not there or there whole, also after a power loss, and made by one process only.</summary>
internal static partial class DurableFiles
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int FileExists = 17;      // EEXIST
    private const int Invalid = 22;         // EINVAL
    private const int ReadOnlySystem = 30;  // EROFS

    /// <summary>
    /// Makes the file with this content, synced to disk with its name. False when it exists already; then
    /// nothing is changed.
    /// </summary>
    /// <exception cref="IOException">The file system cannot do it.</exception>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var folder = Path.GetDirectoryName(path)!;
        var temporary = $"{path}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}.tmp";
        try
        {
            WriteSynced(temporary, content, mode);
            if (!TryGiveName(temporary, path))
            {
                return false;
            }

            SyncFolder(folder);
            return true;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Gives the file this content; after a crash it holds the old or the new, whole. Whoever has it open goes on reading the old.</summary>
    /// <exception cref="IOException">The file system cannot do it.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var temporary = $"{path}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}.tmp";
        try
        {
            WriteSynced(temporary, content, mode);
            File.Move(temporary, path, overwrite: true);
            SyncFolder(Path.GetDirectoryName(path)!);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Gives a finished file its name, synced to disk with it. False when the name is taken; the temporary file is gone either way.</summary>
    /// <exception cref="IOException">The file system cannot do it.</exception>
    public static bool TryPublish(string temporary, string path)
    {
        try
        {
            Sync(temporary);
            if (!TryGiveName(temporary, path))
            {
                return false;
            }

            SyncFolder(Path.GetDirectoryName(path)!);
            return true;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Makes the content of a file survive a power loss.</summary>
    public static void Sync(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>An empty file that only its owner can read; others make it grow.</summary>
    public static void CreatePrivate(string path) => WriteSynced(path, [], Private);

    /// <summary>An empty file that only its owner can read, unless there is one.</summary>
    public static void EnsurePrivate(string path) => EnsureEmpty(path, Private);

    /// <summary>An empty file that everybody can read and its owner replace, unless there is one.</summary>
    public static void EnsureEmpty(string path) => EnsureEmpty(path, Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

    private static void EnsureEmpty(string path, UnixFileMode mode)
    {
        if (File.Exists(path))
        {
            return;
        }

        try
        {
            WriteSynced(path, [], mode);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was faster.
        }
    }

    /// <summary>Makes the folder and those above it that are missing, each synced into the one above.</summary>
    public static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        if (Path.GetDirectoryName(folder) is not { Length: > 0 } above)
        {
            Directory.CreateDirectory(folder);
            return;
        }

        CreateFolder(above);
        Directory.CreateDirectory(folder);
        SyncFolder(above);
    }

    /// <summary>Makes names in the folder survive a power loss. Windows does that itself and offers no call for it.</summary>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // .NET refuses to open a folder, and on Unix a new file's name is safe only once its folder is synced.
        var descriptor = Open(folder, flags: 0);
        if (descriptor < 0)
        {
            throw LastError($"The folder {folder} cannot be opened to sync it");
        }

        try
        {
            // Some file systems have nothing to sync in a folder and say so with one of these.
            if (Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() is not (Invalid or ReadOnlySystem))
            {
                throw LastError($"The folder {folder} cannot be synced");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static void WriteSynced(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using var file = new FileStream(path, options);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Exclusive on both systems: link(2) fails if the name is taken. File.Move on Unix looks first and renames
    /// after, and between the two another process's keys would be overwritten while it uses them.
    /// </summary>
    private static bool TryGiveName(string temporary, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(temporary, path, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(path))
            {
                return false;
            }
        }

        if (Link(temporary, path) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == FileExists
            ? false
            : throw LastError($"The file system of {path} cannot link a file");
    }

    private static IOException LastError(string what)
    {
        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"{what}: {error.Message}.", error);
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string added);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
