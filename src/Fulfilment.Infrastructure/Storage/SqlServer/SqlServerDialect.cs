namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <inheritdoc/>
public sealed class SqlServerDialect : SqlDialect
{
    /// <summary>It has no state.</summary>
    public static readonly SqlServerDialect Instance = new();

    /// <inheritdoc/>
    public override string ScriptFolder => "sqlserver/";

    /// <inheritdoc/>
    public override string? Clock => "DATEDIFF_BIG(millisecond, '1970-01-01', SYSUTCDATETIME())";

    /// <inheritdoc/>
    public override string Limit(string count) => $"OFFSET 0 ROWS FETCH NEXT {count} ROWS ONLY";

    /// <inheritdoc/>
    public override string RowBehind(string rows) => $"OFFSET {rows} ROWS FETCH NEXT 1 ROWS ONLY";

    /// <inheritdoc/>
    public override string JoinInOrder => "JOIN";

    /// <inheritdoc/>
    public override string IndexedBy(string index) => "";

    /// <inheritdoc/>
    public override string AsStored => "WITH (READCOMMITTED)";

    /// <inheritdoc/>
    public override string PassingByLocked => "WITH (ROWLOCK, READPAST)";

    /// <inheritdoc/>
    public override string SameText(string column, string parameter) => $"{column} = {parameter} AND DATALENGTH({column}) = DATALENGTH({parameter})";

    /// <inheritdoc/>
    public override string MakeMigrationsTable => """
        IF OBJECT_ID(N'schema_migrations') IS NULL
            CREATE TABLE schema_migrations (
                name       NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
                applied_at BIGINT NOT NULL,
                CONSTRAINT schema_migrations_pk PRIMARY KEY CLUSTERED (name)
            )
        """;

    // Held until the transaction ends, so that of several processes that start at once one changes the schema and the others then find it done.
    /// <inheritdoc/>
    public override string LockMigrations => """
        DECLARE @locked INT;
        EXEC @locked = sp_getapplock @Resource = N'fulfilment.migrations', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 120000;
        IF @locked < 0 THROW 51000, N'Another process has been changing the schema of this database for two minutes. Wait for it, or end it.', 1;
        """;
}
