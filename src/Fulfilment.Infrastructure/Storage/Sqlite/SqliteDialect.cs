namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <inheritdoc/>
public sealed class SqliteDialect : SqlDialect
{
    /// <summary>It has no state.</summary>
    public static readonly SqliteDialect Instance = new();

    /// <inheritdoc/>
    public override string Limit(string count) => $"LIMIT {count}";

    /// <inheritdoc/>
    public override string JoinInOrder => "CROSS JOIN";
}
