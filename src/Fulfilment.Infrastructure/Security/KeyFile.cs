using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Win32.SafeHandles;

namespace Fulfilment.Infrastructure.Security;

/// <summary>
/// The embedded default's keys: the file <c>keys.json</c> in the storage folder, readable by its owner only.
/// It is on disk, with its name, before anyone is given a key from it; otherwise a power loss after the
/// first import could leave codes that nobody can open.
/// </summary>
public static class KeyFile
{
    public const string Name = "keys.json";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    /// <summary>
    /// The keys in the folder, made first if there are none. Of several processes that start at once one makes
    /// them, and the others get the same. A host whose database already has check values calls
    /// <see cref="Load"/> instead: there a lost file is to be restored, and a new one would only hide that.
    /// </summary>
    /// <param name="folder">The storage folder; made if it is not there.</param>
    /// <param name="created">Whether this call made the file, so that the host can say so.</param>
    /// <exception cref="KeyRingException">There is a file and it cannot be used, or none can be made here.</exception>
    public static KeyRing LoadOrCreate(string folder, out bool created)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);

        var path = Path.GetFullPath(Path.Combine(folder, Name));
        try
        {
            created = !File.Exists(path) && TryCreate(path);

            // Whoever lost the race has to sync the name as well: the winner may not have got there yet.
            DurableFiles.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException(
                $"The key file {path} cannot be made: {failed.Message} "
                + $"Choose another storage folder, or set the keys in the configuration section {KeyConfiguration.Section}.",
                failed);
        }

        return Load(folder);
    }

    /// <summary>The keys in the folder.</summary>
    /// <exception cref="KeyRingException">There is no file, others can read it, or its content cannot be used.</exception>
    public static KeyRing Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);

        var path = Path.GetFullPath(Path.Combine(folder, Name));
        var content = Read(path);
        try
        {
            var written = JsonSerializer.Deserialize<KeyConfiguration>(content, Json)
                ?? throw new KeyRingException($"The key file {path} is empty. {RestoreIt}");
            return written.ToKeyRing($"The key file {path} cannot be used", FieldName);
        }
        catch (JsonException broken)
        {
            // Only the position: the parser's own message quotes what stands there, which may be a key.
            throw new KeyRingException(
                $"The key file {path} is not a JSON object of keys (line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}). {RestoreIt}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Gives the file these keys; after a crash it holds the old ones or these.</summary>
    /// <exception cref="KeyRingException">The file cannot be written.</exception>
    public static void Replace(string folder, KeyRing keys)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(keys);
        var path = Path.GetFullPath(Path.Combine(folder, Name));
        var content = Write(keys);
        try
        {
            DurableFiles.Replace(path, content, OwnerOnly);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"The key file {path} cannot be written: {failed.Message}", failed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Changes when the file does; cheap enough to be asked every second.</summary>
    public static (DateTime WrittenAt, long Length) Stamp(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, Name));
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private static string RestoreIt => "Restore it from a backup: without its keys the stored codes cannot be opened.";

    private static byte[] Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            RefuseIfOthersCanRead(path, file);

            var content = new byte[RandomAccess.GetLength(file)];
            var read = RandomAccess.Read(file, content, 0);
            return read == content.Length ? content : content[..read];
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KeyRingException($"There is no key file {path}. {RestoreIt}", gone);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"The key file {path} cannot be read: {unreadable.Message}", unreadable);
        }
    }

    // Asked of the open file and not of its path, so that what is checked is what is read.
    private static void RefuseIfOthersCanRead(string path, SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var mode = File.GetUnixFileMode(file);
        if ((mode & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
        {
            throw new KeyRingException(
                $"The key file {path} is open to other users of this machine (mode {Convert.ToString((int)mode, 8)}). Close it with: chmod 600 {path}");
        }
    }

    private static bool TryCreate(string path)
    {
        var content = Write(KeyRing.Create());
        try
        {
            DurableFiles.CreateFolder(Path.GetDirectoryName(path)!);
            return DurableFiles.TryCreate(path, content, OwnerOnly);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static byte[] Write(KeyRing keys) => JsonSerializer.SerializeToUtf8Bytes(
        new KeyConfiguration
        {
            Active = keys.ActiveEncryptionId.ToString(CultureInfo.InvariantCulture),
            Encryption = keys.Encryption.ToDictionary(
                key => key.Key.ToString(CultureInfo.InvariantCulture),
                key => (string?)Convert.ToBase64String(key.Value.Bytes)),
            Fingerprint = Convert.ToBase64String(keys.Fingerprint.Bytes),
            LookUp = Convert.ToBase64String(keys.LookUp.Bytes),
            Custody = Convert.ToBase64String(keys.Custody.Bytes),
        },
        Json);

    /// <summary>As it stands in the file: "LookUp" is <c>lookUp</c>, "Encryption:1" is <c>encryption.1</c>.</summary>
    private static string FieldName(string field) => JsonNamingPolicy.CamelCase.ConvertName(field).Replace(':', '.');
}
