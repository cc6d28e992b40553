using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>An empty SQLite database, made once by the product's own scripts and copied for each test: to run them costs more than most tests.</summary>
internal static class MigratedFile
{
    private static readonly Lazy<Task<byte[]>> Content = new(MakeAsync);

    /// <summary>Puts the database into a folder that has none.</summary>
    public static async Task PlaceInAsync(string folder)
    {
        var content = await Content.Value;
        var onlyOurs = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            onlyOurs.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(Path.Combine(folder, SqliteDatabase.FileName), onlyOurs);
        await file.WriteAsync(content);
    }

    private static async Task<byte[]> MakeAsync()
    {
        var folder = Directory.CreateTempSubdirectory("fulfilment-migrated-").FullName;
        using (var database = new SqliteDatabase(folder))
        {
            await new Migrator(database, TimeProvider.System).MigrateAsync();
            await database.CheckpointAsync();
        }

        var content = await File.ReadAllBytesAsync(Path.Combine(folder, SqliteDatabase.FileName));
        Directory.Delete(folder, recursive: true);
        return content;
    }
}
