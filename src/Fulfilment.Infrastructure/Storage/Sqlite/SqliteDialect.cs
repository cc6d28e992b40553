namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <inheritdoc/>
public sealed class SqliteDialect : SqlDialect
{
    /// <summary>It has no state.</summary>
    public static readonly SqliteDialect Instance = new();

    /// <inheritdoc/>
    public override string ScriptFolder => "sqlite/";

    /// <inheritdoc/>
    public override string MakeMigrationsTable => """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            name       TEXT    NOT NULL PRIMARY KEY,
            applied_at INTEGER NOT NULL
        ) WITHOUT ROWID
        """;

    /// <inheritdoc/>
    public override string LockMigrations => "";

    /// <inheritdoc/>
    public override string? Clock => null;

    /// <inheritdoc/>
    public override string Limit(string count) => $"LIMIT {count}";

    /// <inheritdoc/>
    public override string RowBehind(string rows) => $"LIMIT 1 OFFSET {rows}";

    /// <inheritdoc/>
    public override string JoinInOrder => "CROSS JOIN";

    /// <inheritdoc/>
    public override string IndexedBy(string index) => $"INDEXED BY {index}";

    /// <inheritdoc/>
    public override string AsStored => "";

    /// <inheritdoc/>
    public override string PassingByLocked => "";

    /// <inheritdoc/>
    public override string SameText(string column, string parameter) => $"{column} = {parameter}";
}
