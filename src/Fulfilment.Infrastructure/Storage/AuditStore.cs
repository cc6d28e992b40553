using System.Data.Common;
using System.Net;
using Dapper;
using Fulfilment.Core.Auditing;

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
    internal static Task AppendAsync(DbConnection connection, AuditEntry entry) => connection.ExecuteAsync("""
        INSERT INTO audit_entries (id, actor, address, action, subject, before, after)
        VALUES (@Id, @Actor, @Address, @Action, @Subject, @Before, @After)
        """, new { entry.Id, Actor = entry.Actor.Name, Address = entry.Actor.Address?.ToString(), entry.Action, entry.Subject, entry.Before, entry.After });

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(string? subject, long? before, int limit, CancellationToken cancellation)
    {
        var ofSubject = subject is null ? "" : "AND subject = @subject";
        var rows = await database.ReadAsync(connection => connection.QueryAsync<Row>($"""
            SELECT id, actor, address, action, subject, before, after
            FROM audit_entries
            WHERE id < @before {ofSubject}
            ORDER BY id DESC
            LIMIT @limit
            """, new { subject, before = before ?? long.MaxValue, limit }), cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToEntry())];
    }

    private sealed class Row
    {
        public long Id { get; init; }

        public string Actor { get; init; } = "";

        public string? Address { get; init; }

        public string Action { get; init; } = "";

        public string Subject { get; init; } = "";

        public string? Before { get; init; }

        public string? After { get; init; }

        public AuditEntry ToEntry() =>
            new(Id, new Actor(Actor, Address is null ? null : IPAddress.Parse(Address)), Action, Subject, Before, After);
    }
}
