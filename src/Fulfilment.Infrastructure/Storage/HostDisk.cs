using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The disk on which a folder is.</summary>
/// <param name="folder">The folder; it may be missing.</param>
public sealed class HostDisk(string folder) : IHostDisk
{
    /// <inheritdoc/>
    public DiskRoom? Measure()
    {
        try
        {
            var drive = new DriveInfo(Path.GetFullPath(folder));
            return new DiskRoom(folder, drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
