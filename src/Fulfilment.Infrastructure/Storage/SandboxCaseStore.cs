using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Sandbox;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>sandbox_cases</c>.</summary>
public sealed class SandboxCaseStore(IDatabase database) : ISandboxCaseStore
{
    private const string Columns = """
        c.id AS Id, c.storefront_id AS StorefrontId, c.order_id AS OrderId, c.request_hash AS RequestHash, c.kind AS Kind, c.verdict AS Verdict,
        c.reason AS Reason, c.units AS Units
        """;

    /// <inheritdoc/>
    public Task<Result<RequestedSandboxCase>> OpenAsync(
        long storefrontId, long orderId, string idempotencyKey, byte[] hash, Func<SandboxOrder, Result<SandboxCase>> judge)
    {
        ArgumentNullException.ThrowIfNull(judge);
        return database.WriteAsync<Result<RequestedSandboxCase>>(async connection =>
        {
            if (await RepeatAsync(connection, storefrontId, idempotencyKey, hash).ConfigureAwait(false) is { } repeat)
            {
                return repeat;
            }

            if (await SandboxStore.FindAsync(connection, storefrontId, orderId).ConfigureAwait(false) is not { } order)
            {
                return new Refusal(RefusalCode.NotFound);
            }

            var judged = judge(order);
            if (judged.Refusal is { } refusal)
            {
                return refusal;
            }

            var opened = judged.Value;
            var inserted = await connection.ExecuteAsync("""
                INSERT INTO sandbox_cases (id, storefront_id, order_id, idempotency_key, request_hash, kind, verdict, reason, units)
                SELECT @Id, @StorefrontId, @OrderId, @idempotencyKey, @hash, @Kind, @Verdict, @Reason, @Units
                WHERE NOT EXISTS (SELECT 1 FROM sandbox_cases WHERE storefront_id = @StorefrontId AND idempotency_key = @idempotencyKey)
                """,
                new { opened.Id, opened.StorefrontId, opened.OrderId, idempotencyKey, hash, opened.Kind, opened.Verdict, opened.Reason, Units = StorageJson.Write(opened.Units) }).ConfigureAwait(false);

            // Another writer used the key between our look and our insert; the index saw it.
            return inserted == 1
                ? new RequestedSandboxCase(opened, IsRepeat: false)
                : (await RepeatAsync(connection, storefrontId, idempotencyKey, hash).ConfigureAwait(false))!.Value;
        });
    }

    /// <inheritdoc/>
    public Task<SandboxCase?> FindAsync(long storefrontId, long caseId, CancellationToken cancellation) => database.ReadAsync(
        async connection => (await connection.QueryAsync<CaseRow>(
            $"SELECT {Columns} FROM sandbox_cases AS c WHERE c.id = @caseId AND c.storefront_id = @storefrontId",
            new { caseId, storefrontId }).ConfigureAwait(false)).SingleOrDefault()?.ToCase(),
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SandboxCase>> ListAsync(AfterSalesQuery query, DateTimeOffset now, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);

        // Ids hold milliseconds: below this one are those whose wait is over now.
        var waiting = IdGenerator.FirstAt(now - SandboxCase.Wait + TimeSpan.FromMilliseconds(1));
        return database.ReadAsync<IReadOnlyList<SandboxCase>>(
            async connection => (await connection.QueryAsync<CaseRow>(
                $"""
                SELECT {Columns} FROM sandbox_cases AS c
                WHERE c.storefront_id = @StorefrontId AND c.id < @Before {(query.OrderId is null ? "" : "AND c.order_id = @OrderId")} {(query.Status is { } status ? Standing(status) : "")}
                ORDER BY c.id DESC {database.Dialect.Limit("@Limit")}
                """,
                new { query.StorefrontId, query.Before, query.OrderId, query.Limit, waiting }).ConfigureAwait(false)).AsList().ConvertAll(row => row.ToCase()),
            cancellation);
    }

    /// <summary>The cases of these orders, oldest first.</summary>
    internal static async Task<ILookup<long, SandboxCase>> OfOrdersAsync(DbConnection connection, IReadOnlyList<long> ids) =>
        (await connection.QueryAsync<CaseRow>($"SELECT {Columns} FROM sandbox_cases AS c WHERE c.order_id IN @ids ORDER BY c.order_id, c.id", new { ids }).ConfigureAwait(false))
        .ToLookup(row => row.OrderId, row => row.ToCase());

    private static string Standing(AfterSalesStatus status) => status switch
    {
        AfterSalesStatus.PendingApproval => "AND c.verdict <> 1 AND c.id >= @waiting",
        AfterSalesStatus.Done => "AND (c.verdict = 1 OR (c.verdict = 2 AND c.id < @waiting))",
        AfterSalesStatus.Rejected => "AND c.verdict = 3 AND c.id < @waiting",
    };

    private static async Task<Result<RequestedSandboxCase>?> RepeatAsync(DbConnection connection, long storefrontId, string idempotencyKey, byte[] hash)
    {
        var first = (await connection.QueryAsync<CaseRow>(
            $"SELECT {Columns} FROM sandbox_cases AS c WHERE c.storefront_id = @storefrontId AND c.idempotency_key = @idempotencyKey",
            new { storefrontId, idempotencyKey }).ConfigureAwait(false)).SingleOrDefault();
        return first is null ? null
            : first.RequestHash.AsSpan().SequenceEqual(hash) ? new RequestedSandboxCase(first.ToCase(), IsRepeat: true)
            : new Refusal(RefusalCode.IdempotencyMismatch);
    }

    private sealed record CaseRow(long Id, long StorefrontId, long OrderId, byte[] RequestHash, long Kind, long Verdict, string Reason, string Units)
    {
        public SandboxCase ToCase() =>
            new(Id, StorefrontId, OrderId, (AfterSalesKind)Kind, Reason, (SandboxVerdict)Verdict, StorageJson.Read<AfterSalesUnit[]>(Units));
    }
}
