using System.Data.Common;
using Dapper;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// Brings the schema up to date, forward only: an empty database as a whole, any other script by script, each in a transaction of its own. Run twice, or by
/// two processes at once, it does nothing the second time.
/// </summary>
public sealed class Migrator(IDatabase database, TimeProvider time)
{
    // An index over a large table takes as long as it takes.
    private const int NoTimeout = 0;

    /// <summary>The scripts of this version for an engine.</summary>
    public static IReadOnlyList<string> KnownTo(SqlDialect dialect)
    {
        ArgumentNullException.ThrowIfNull(dialect);
        return [.. typeof(Migrator).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(dialect.ScriptFolder, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Applies what is missing; refuses a database that a newer version has already changed, or that cannot keep the promises.</summary>
    /// <exception cref="InvalidOperationException">The message says what to do.</exception>
    public async Task MigrateAsync()
    {
        await database.PrepareAsync().ConfigureAwait(false);
        var scripts = KnownTo(database.Dialect);
        await database.WriteAsync(connection => connection.ExecuteAsync($"{database.Dialect.LockMigrations} {database.Dialect.MakeMigrationsTable}")).ConfigureAwait(false);
        var applied = (await database.ReadAsync(connection => connection.QueryAsync<string>("SELECT name FROM schema_migrations")).ConfigureAwait(false)).ToList();
        var unknown = applied.Except(scripts).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new InvalidOperationException(
                $"The database was changed by a newer version of the engine ({string.Join(", ", unknown)}). Run that version, or restore a backup from before the upgrade.");
        }

        // Nobody waits for an empty database, and in one transaction it costs one sync instead of one for each script.
        var missing = scripts.Except(applied).ToArray();
        foreach (var together in missing.Chunk(applied.Count == 0 ? scripts.Count : 1))
        {
            await ApplyAsync(together).ConfigureAwait(false);
        }
    }

    /// <summary>The parts of a script that are sent one by one: a line <c>GO</c> ends each but the last, as the tools of SQL Server have it.</summary>
    internal static IEnumerable<string> BatchesOf(string script)
    {
        var lines = new List<string>();
        foreach (var line in script.ReplaceLineEndings("\n").Split('\n').Append("GO"))
        {
            if (line != "GO")
            {
                lines.Add(line);
            }
            else if (string.Join('\n', lines) is var batch && !string.IsNullOrWhiteSpace(batch))
            {
                yield return batch;
                lines.Clear();
            }
        }
    }

    internal static string Read(string script)
    {
        using var stream = typeof(Migrator).Assembly.GetManifestResourceStream(script)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private Task<int> ApplyAsync(string[] scripts) => database.WriteAsync(async connection =>
    {
        if (database.Dialect.LockMigrations is { Length: > 0 } takeLock)
        {
            await connection.ExecuteAsync(takeLock, commandTimeout: NoTimeout).ConfigureAwait(false);
        }

        var count = 0;
        foreach (var script in scripts)
        {
            count += await ApplyAsync(connection, script).ConfigureAwait(false);
        }

        return count;
    });

    private async Task<int> ApplyAsync(DbConnection connection, string script)
    {
        // Asked inside the transaction: another process may have applied it between our look and our lock.
        var done = await connection.ExecuteScalarAsync<long>("SELECT CAST(count(*) AS bigint) FROM schema_migrations WHERE name = @script", new { script }).ConfigureAwait(false);
        if (done > 0)
        {
            return 0;
        }

        foreach (var batch in BatchesOf(Read(script)))
        {
            await connection.ExecuteAsync(batch, commandTimeout: NoTimeout).ConfigureAwait(false);
        }

        return await connection.ExecuteAsync(
            "INSERT INTO schema_migrations (name, applied_at) VALUES (@script, @at)",
            new { script, at = time.GetUtcNow().ToUnixTimeMilliseconds() }).ConfigureAwait(false);
    }
}
