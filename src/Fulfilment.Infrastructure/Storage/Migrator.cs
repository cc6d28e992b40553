using Dapper;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Brings the schema up to date, forward only, each script in a transaction of its own. Run twice, or by two processes at once, it does nothing the second time.</summary>
public sealed class Migrator(IDatabase database, TimeProvider time)
{
    private const string Folder = "sqlite/";

    /// <summary>The scripts of this version.</summary>
    public static IReadOnlyList<string> Known => Scripts();

    /// <summary>Applies what is missing; refuses a database that a newer version has already changed.</summary>
    public async Task MigrateAsync()
    {
        var scripts = Scripts();
        await database.WriteAsync(async connection => await connection.ExecuteAsync("""
            CREATE TABLE IF NOT EXISTS schema_migrations (
                name       TEXT    NOT NULL PRIMARY KEY,
                applied_at INTEGER NOT NULL
            ) WITHOUT ROWID
            """).ConfigureAwait(false)).ConfigureAwait(false);

        foreach (var script in scripts)
        {
            await ApplyAsync(script).ConfigureAwait(false);
        }

        var applied = await database.ReadAsync(connection => connection.QueryAsync<string>("SELECT name FROM schema_migrations")).ConfigureAwait(false);
        var unknown = applied.Except(scripts).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new InvalidOperationException(
                $"The database was changed by a newer version of the engine ({string.Join(", ", unknown)}). Run that version, or restore a backup from before the upgrade.");
        }
    }

    private Task<int> ApplyAsync(string script) => database.WriteAsync(async connection =>
    {
        // Asked inside the transaction: another process may have applied it between our look and our lock.
        var done = await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM schema_migrations WHERE name = @script", new { script }).ConfigureAwait(false);
        if (done > 0)
        {
            return 0;
        }

        await connection.ExecuteAsync(Read(script)).ConfigureAwait(false);
        return await connection.ExecuteAsync(
            "INSERT INTO schema_migrations (name, applied_at) VALUES (@script, @at)",
            new { script, at = time.GetUtcNow().ToUnixTimeMilliseconds() }).ConfigureAwait(false);
    });

    private static List<string> Scripts() =>
        [.. typeof(Migrator).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static string Read(string script)
    {
        using var stream = typeof(Migrator).Assembly.GetManifestResourceStream(script)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
