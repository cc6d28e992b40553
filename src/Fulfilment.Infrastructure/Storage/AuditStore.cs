using System.Data.Common;
using System.Net;
using Dapper;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>audit_entries</c>.</summary>
public sealed class AuditStore(IDatabase database) : IAuditStore
{
    /// <inheritdoc/>
    public Task RecordAsync(AuditEntry entry) => database.WriteAsync(async connection =>
    {
        await AppendAsync(connection, entry).ConfigureAwait(false);
        return 0;
    });

    /// <summary>For the stores: the entry becomes part of the caller's transaction.</summary>
    internal static async Task AppendAsync(DbConnection connection, AuditEntry entry)
    {
        await connection.ExecuteAsync("""
            INSERT INTO audit_entries (id, actor, address, action, subject, before, after, key_id)
            VALUES (@Id, @Actor, @Address, @Action, @Subject, @Before, @After, @KeyId)
            """, new
        {
            entry.Id,
            Actor = entry.Actor.Name,
            Address = entry.Actor.Address?.ToString(),
            entry.Action,
            entry.Subject,
            entry.Before,
            entry.After,
            entry.Actor.KeyId,
        }).ConfigureAwait(false);
        if (entry.CodesShown > 0)
        {
            await RevealCounts.AddAsync(connection, entry).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(AuditQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        var before = Math.Min(query.Before, query.To is { } to ? IdGenerator.FirstAt(to) : long.MaxValue);
        var from = query.From is { } start ? IdGenerator.FirstAt(start) : 0;
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>(ListSql(database.Dialect, query), new { query.Subject, query.Actor, query.KeyId, query.Action, query.Limit, before, from }),
            cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToEntry())];
    }

    /// <summary>Ids are ordered by time, so each combination of filters is a range of one index, read backwards.</summary>
    internal static string ListSql(SqlDialect dialect, AuditQuery query) => $"""
        SELECT id, actor, address, action, subject, before, after, key_id AS KeyId
        FROM audit_entries {Index(dialect, query)}
        WHERE id < @before AND id >= @from
        {(query.Subject is null ? "" : "AND subject = @Subject")}
        {(query.KeyId is null ? "" : "AND key_id = @KeyId")}
        {(query.Actor is null ? "" : "AND actor = @Actor")}
        {(query.Action is null ? "" : "AND action = @Action")}
        ORDER BY id DESC
        {dialect.Limit("@Limit")}
        """;

    // Named, because SQLite has no statistics to choose by: a subject has few entries, a key fewer than its owner.
    private static string Index(SqlDialect dialect, AuditQuery query) => query switch
    {
        { Subject: not null } => dialect.IndexedBy("audit_entries_subject"),
        { KeyId: not null, Action: not null } => dialect.IndexedBy("audit_entries_key_action"),
        { KeyId: not null } => dialect.IndexedBy("audit_entries_key"),
        { Actor: not null, Action: not null } => dialect.IndexedBy("audit_entries_actor_action"),
        { Actor: not null } => dialect.IndexedBy("audit_entries_actor"),
        { Action: not null } => dialect.IndexedBy("audit_entries_action"),
        _ => "",
    };

    private sealed class Row
    {
        public long Id { get; init; }

        public string Actor { get; init; } = "";

        public string? Address { get; init; }

        public string Action { get; init; } = "";

        public string Subject { get; init; } = "";

        public string? Before { get; init; }

        public string? After { get; init; }

        public long? KeyId { get; init; }

        public AuditEntry ToEntry() =>
            new(Id, new Actor(Actor, Address is null ? null : IPAddress.Parse(Address), KeyId), Action, Subject, Before, After);
    }
}
