using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Privacy;
using Fulfilment.Core.Sandbox;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The tables <c>sandbox_…</c>.</summary>
public sealed class SandboxStore(IDatabase database, TimeProvider time) : ISandboxStore
{
    private const string Columns = """
        o.id AS Id, o.storefront_id AS StorefrontId, o.client_reference AS ClientReference, o.content_hash AS ContentHash, o.currency AS Currency,
        o.source AS Source, o.buyer_reference_hash AS BuyerReferenceHash, o.metadata AS Metadata, o.cancelled_at AS CancelledAt
        """;

    /// <inheritdoc/>
    public Task<SandboxPlacement> PlaceAsync(SandboxOrder order, Refusal? verdict, SandboxHurdle? hurdle)
    {
        ArgumentNullException.ThrowIfNull(order);
        return database.WriteAsync<SandboxPlacement>(async connection =>
        {
            if (await FindTwinAsync(connection, database.Dialect, order).ConfigureAwait(false) is { } stored)
            {
                return Answer(order, stored);
            }

            // Precedence as the API gives it, which is the order of the codes.
            if (hurdle is not null && (verdict is null || hurdle.Refusal.Code < verdict.Code)
                && await MeetAsync(connection, order, hurdle).ConfigureAwait(false) is { } refused)
            {
                return refused;
            }

            if (verdict is not null)
            {
                return new SandboxPlacement.Refused(verdict);
            }

            if (await InsertAsync(connection, database.Dialect, order).ConfigureAwait(false))
            {
                return new SandboxPlacement.Accepted(order);
            }

            // Another writer stored the reference between our look and our insert; the index saw it.
            return Answer(order, (await FindTwinAsync(connection, database.Dialect, order).ConfigureAwait(false))!);
        });
    }

    /// <inheritdoc/>
    public async Task<SandboxOrder?> FindAsync(long storefrontId, long orderId, CancellationToken cancellation) =>
        await database.ReadSnapshotAsync(connection => FindAsync(connection, storefrontId, orderId), cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SandboxOrder>> ListAsync(OrderQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        var before = Math.Min(query.Before ?? long.MaxValue, query.To is { } to ? IdGenerator.FirstAt(to) : long.MaxValue);
        var from = query.From is { } start ? IdGenerator.FirstAt(start) : 0;
        return database.ReadSnapshotAsync<IReadOnlyList<SandboxOrder>>(
            async connection => await QueryAsync(
                connection,
                $"""
                SELECT {Columns} FROM sandbox_orders AS o
                WHERE o.storefront_id = @StorefrontId AND o.id < @before AND o.id >= @from
                {(query.ClientReference is null ? "" : "AND " + database.Dialect.SameText("o.client_reference", "@ClientReference"))}
                {(query.SkuId is null ? "" : "AND EXISTS (SELECT 1 FROM sandbox_lines AS l WHERE l.order_id = o.id AND l.sku_id = @SkuId)")}
                ORDER BY o.id DESC {database.Dialect.Limit("@Limit")}
                """,
                new { query.StorefrontId, query.ClientReference, query.SkuId, query.Limit, before, from }).ConfigureAwait(false),
            cancellation);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SandboxOrder>> FindByPersonAsync(long storefrontId, Person person, long before, int limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        return database.ReadSnapshotAsync<IReadOnlyList<SandboxOrder>>(
            async connection =>
            {
                var ids = (await connection.QueryAsync<long>(OfPersonSql(database.Dialect, person.Field), new { storefrontId, person.Hash, before, limit }).ConfigureAwait(false)).AsList();
                return await QueryAsync(connection, $"SELECT {Columns} FROM sandbox_orders AS o WHERE o.id IN @ids ORDER BY o.id DESC", new { ids }).ConfigureAwait(false);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task RevealAsync(long orderId, IReadOnlyList<long> unitIds, long atMs) => database.WriteAsync(connection => connection.ExecuteAsync("""
        INSERT INTO sandbox_reveals (order_id, unit_id, revealed_at)
        SELECT @orderId, @unitId, @atMs WHERE NOT EXISTS (SELECT 1 FROM sandbox_reveals WHERE order_id = @orderId AND unit_id = @unitId)
        """, unitIds.Select(unitId => new { orderId, unitId, atMs })));

    /// <inheritdoc/>
    public Task<SandboxCancellation?> CancelAsync(long storefrontId, long orderId, long atMs, Func<SandboxOrder, bool> isCancellable)
    {
        ArgumentNullException.ThrowIfNull(isCancellable);
        return database.WriteAsync(async connection =>
        {
            if (await FindAsync(connection, storefrontId, orderId).ConfigureAwait(false) is not { } order)
            {
                return null;
            }

            // The guard decides between two that call it off at once.
            var cancelled = isCancellable(order) && await connection.ExecuteAsync(
                "UPDATE sandbox_orders SET cancelled_at = @atMs WHERE id = @orderId AND cancelled_at IS NULL", new { atMs, orderId }).ConfigureAwait(false) == 1;
            return new SandboxCancellation(cancelled ? order with { CancelledAtMs = atMs } : order, cancelled);
        });
    }

    /// <inheritdoc/>
    public Task<int> DeleteBeforeAsync(DateTimeOffset time, int limit) => database.WriteAsync(
        async connection =>
        {
            var parameters = new { before = IdGenerator.FirstAt(time), atMs = time.ToUnixTimeMilliseconds(), limit };
            var old = $"SELECT id FROM sandbox_orders WHERE id < @before ORDER BY id {database.Dialect.Limit("@limit")}";
            await connection.ExecuteAsync($"DELETE FROM sandbox_lines WHERE order_id IN ({old})", parameters).ConfigureAwait(false);
            await connection.ExecuteAsync($"DELETE FROM sandbox_reveals WHERE order_id IN ({old})", parameters).ConfigureAwait(false);
            await connection.ExecuteAsync($"DELETE FROM sandbox_cases WHERE order_id IN ({old})", parameters).ConfigureAwait(false);

            // As many of the oldest, and those of the same moment.
            await connection.ExecuteAsync($"""
                DELETE FROM sandbox_refusals WHERE refused_at <= (
                    SELECT max(refused_at)
                    FROM (SELECT refused_at FROM sandbox_refusals WHERE refused_at < @atMs ORDER BY refused_at {database.Dialect.Limit("@limit")}) AS oldest)
                """, parameters).ConfigureAwait(false);
            return await connection.ExecuteAsync($"DELETE FROM sandbox_orders WHERE id IN ({old})", parameters).ConfigureAwait(false);
        },
        WritePriority.Bulk);

    /// <summary>The storefront's orders that name the person, newest first, through the index of the hash.</summary>
    internal static string OfPersonSql(SqlDialect dialect, PersonField field) => field switch
    {
        PersonField.Recipient => $"""
            SELECT DISTINCT order_id FROM sandbox_lines WHERE storefront_id = @storefrontId AND recipient_hash = @Hash AND order_id < @before
            ORDER BY order_id DESC {dialect.Limit("@limit")}
            """,
        PersonField.BuyerReference => $"""
            SELECT id FROM sandbox_orders WHERE storefront_id = @storefrontId AND buyer_reference_hash = @Hash AND id < @before
            ORDER BY id DESC {dialect.Limit("@limit")}
            """,
    };

    private static SandboxPlacement Answer(SandboxOrder order, SandboxOrder stored) => stored.ContentHash.AsSpan().SequenceEqual(order.ContentHash)
        ? new SandboxPlacement.Stored(stored)
        : new SandboxPlacement.Refused(new Refusal(RefusalCode.ReferenceConflict, "/clientReference"));

    // Null once the reference has been refused and the wait is over.
    private async Task<SandboxPlacement.Refused?> MeetAsync(DbConnection connection, SandboxOrder order, SandboxHurdle hurdle)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var inserted = await connection.ExecuteAsync("""
            INSERT INTO sandbox_refusals (storefront_id, client_reference, refused_at) SELECT @StorefrontId, @ClientReference, @now
            WHERE NOT EXISTS (SELECT 1 FROM sandbox_refusals WHERE storefront_id = @StorefrontId AND client_reference = @ClientReference)
            """, new { order.StorefrontId, order.ClientReference, now }).ConfigureAwait(false);
        var since = inserted == 1 ? now : await connection.QuerySingleAsync<long>("""
            SELECT refused_at FROM sandbox_refusals WHERE storefront_id = @StorefrontId AND client_reference = @ClientReference
            """, new { order.StorefrontId, order.ClientReference }).ConfigureAwait(false);
        var left = TimeSpan.FromMilliseconds(since - now) + hurdle.Wait;
        return inserted == 1 || left > TimeSpan.Zero
            ? new SandboxPlacement.Refused(hurdle.Refusal, Math.Max(1, (int)Math.Ceiling(left.TotalSeconds)))
            : null;
    }

    private static async Task<bool> InsertAsync(DbConnection connection, SqlDialect dialect, SandboxOrder order)
    {
        var inserted = await connection.ExecuteAsync($"""
            INSERT INTO sandbox_orders (id, storefront_id, client_reference, content_hash, currency, source, buyer_reference_hash, metadata, cancelled_at)
            SELECT @Id, @StorefrontId, @ClientReference, @ContentHash, @Currency, @Source, @BuyerReferenceHash, @Metadata, NULL
            WHERE NOT EXISTS (SELECT 1 FROM sandbox_orders WHERE storefront_id = @StorefrontId AND {dialect.SameText("client_reference", "@ClientReference")})
            """,
            new
            {
                order.Id,
                order.StorefrontId,
                order.ClientReference,
                order.ContentHash,
                order.Currency,
                order.Source,
                order.BuyerReferenceHash,
                Metadata = Json(order.Metadata),
            }).ConfigureAwait(false);
        if (inserted == 0)
        {
            return false;
        }

        await connection.ExecuteAsync("""
            INSERT INTO sandbox_lines (order_id, id, storefront_id, sku_id, unit_ids, available, unit_price, outcome, recipient, recipient_hash, metadata)
            VALUES (@OrderId, @Id, @StorefrontId, @SkuId, @UnitIds, @Available, @UnitPrice, @Outcome, @Recipient, @RecipientHash, @Metadata)
            """,
            order.Lines.Select(line => new
            {
                OrderId = order.Id,
                line.Id,
                order.StorefrontId,
                line.SkuId,
                UnitIds = StorageJson.Write(line.UnitIds),
                line.Available,
                UnitPrice = line.UnitPrice.TenThousandths,
                line.Outcome,
                line.Recipient,
                line.RecipientHash,
                Metadata = Json(line.Metadata),
            })).ConfigureAwait(false);
        return true;
    }

    private static async Task<SandboxOrder?> FindTwinAsync(DbConnection connection, SqlDialect dialect, SandboxOrder order) => (await QueryAsync(
        connection,
        $"SELECT {Columns} FROM sandbox_orders AS o WHERE o.storefront_id = @StorefrontId AND {dialect.SameText("o.client_reference", "@ClientReference")}",
        new { order.StorefrontId, order.ClientReference }).ConfigureAwait(false)).SingleOrDefault();

    internal static async Task<SandboxOrder?> FindAsync(DbConnection connection, long storefrontId, long orderId) => (await QueryAsync(
        connection,
        $"SELECT {Columns} FROM sandbox_orders AS o WHERE o.id = @orderId AND o.storefront_id = @storefrontId",
        new { orderId, storefrontId }).ConfigureAwait(false)).SingleOrDefault();

    private static async Task<List<SandboxOrder>> QueryAsync(DbConnection connection, string sql, object parameters)
    {
        var orders = (await connection.QueryAsync<OrderRow>(sql, parameters).ConfigureAwait(false)).AsList();
        if (orders.Count == 0)
        {
            return [];
        }

        var ids = orders.ConvertAll(order => order.Id);
        var lines = await connection.QueryAsync<LineRow>("""
            SELECT order_id AS OrderId, id AS Id, sku_id AS SkuId, unit_ids AS UnitIds, available AS Available, unit_price AS UnitPrice,
                   outcome AS Outcome, recipient AS Recipient, recipient_hash AS RecipientHash, metadata AS Metadata
            FROM sandbox_lines WHERE order_id IN @ids ORDER BY order_id, id
            """, new { ids }).ConfigureAwait(false);
        var reveals = (await connection.QueryAsync<(long OrderId, long UnitId, long AtMs)>(
            "SELECT order_id, unit_id, revealed_at FROM sandbox_reveals WHERE order_id IN @ids", new { ids }).ConfigureAwait(false)).ToLookup(row => row.OrderId);
        var cases = await SandboxCaseStore.OfOrdersAsync(connection, ids).ConfigureAwait(false);
        var byOrder = lines.ToLookup(line => line.OrderId, line => line.ToLine());
        return orders.ConvertAll(order => order.ToOrder([.. byOrder[order.Id]]) with
        {
            Cases = [.. cases[order.Id]],
            RevealedAtMs = reveals[order.Id].ToDictionary(row => row.UnitId, row => row.AtMs),
        });
    }

    private static string? Json(IReadOnlyDictionary<string, string>? metadata) => metadata is null ? null : StorageJson.Write(metadata);

    private static Dictionary<string, string>? Metadata(string? json) => json is null ? null : StorageJson.Read<Dictionary<string, string>>(json);

    private sealed record OrderRow(
        long Id, long StorefrontId, string ClientReference, byte[] ContentHash, string Currency, long Source, byte[]? BuyerReferenceHash, string? Metadata, long? CancelledAt)
    {
        public SandboxOrder ToOrder(IReadOnlyList<SandboxLine> lines) => new()
        {
            Id = Id,
            StorefrontId = StorefrontId,
            ClientReference = ClientReference,
            ContentHash = ContentHash,
            Currency = Currency,
            Source = (OrderSource)Source,
            BuyerReferenceHash = BuyerReferenceHash,
            Metadata = SandboxStore.Metadata(Metadata),
            CancelledAtMs = CancelledAt,
            Lines = lines,
        };
    }

    private sealed record LineRow(
        long OrderId, long Id, long SkuId, string UnitIds, long Available, long UnitPrice, long Outcome, byte[]? Recipient, byte[]? RecipientHash, string? Metadata)
    {
        public SandboxLine ToLine() => new(
            Id, SkuId, StorageJson.Read<long[]>(UnitIds), (int)Available, new Money(UnitPrice), (SandboxOutcome)Outcome, Recipient, RecipientHash, SandboxStore.Metadata(Metadata));
    }
}
