using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Suppliers;
using Fulfilment.Core.Suppliers.Products;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The tables <c>supplier_products</c> and <c>supplier_mark_ups</c>.</summary>
public sealed class SupplierProductStore(IDatabase database, IdGenerator ids, TimeProvider time) : ISupplierProductStore
{
    // So many rows keep other writers waiting for a few milliseconds.
    private const int Piece = 200;

    private const string Columns = """
        id AS Id, supplier_sku AS SupplierSku, name AS Name, cost AS Cost, currency AS Currency, face_value AS FaceValue, on_shelf AS OnShelf, listed AS Listed,
        seen_at AS SeenAt
        """;

    /// <inheritdoc/>
    public async Task SaveAsync(long supplierId, IReadOnlyCollection<SupplierProduct> products)
    {
        ArgumentNullException.ThrowIfNull(products);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var known = await database.ReadAsync(async connection => (await connection.QueryAsync<Row>(
            $"SELECT {Columns} FROM supplier_products WHERE supplier_id = @supplierId", new { supplierId }).ConfigureAwait(false)).ToDictionary(row => row.SupplierSku, StringComparer.Ordinal)).ConfigureAwait(false);
        var listed = products.Select(product => product.SupplierSku).ToHashSet(StringComparer.Ordinal);
        var gone = known.Values.Where(row => row.Listed == 1 && !listed.Contains(row.SupplierSku)).Select(row => row.Id);
        foreach (var piece in gone.Chunk(Piece))
        {
            await database.WriteAsync(
                connection => connection.ExecuteAsync("UPDATE supplier_products SET on_shelf = 0, listed = 0 WHERE id IN @piece", new { piece }), WritePriority.Bulk).ConfigureAwait(false);
        }

        var changed = products.Where(product => !known.TryGetValue(product.SupplierSku, out var row) || row.Listed == 0 || row.ToProduct() != product);
        foreach (var piece in changed.Chunk(Piece))
        {
            await database.WriteAsync(connection => SaveAsync(connection, supplierId, piece, now), WritePriority.Bulk).ConfigureAwait(false);
        }

        await database.WriteAsync(
            connection => connection.ExecuteAsync("UPDATE supplier_products SET seen_at = @now WHERE supplier_id = @supplierId AND listed = 1", new { now, supplierId }),
            WritePriority.Bulk).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KnownProduct>> ListAsync(long supplierId, long before, int limit, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(connection => connection.QueryAsync<Row>(
            $"""
            SELECT {Columns} FROM supplier_products WHERE supplier_id = @supplierId AND id < @before
            ORDER BY id DESC {database.Dialect.Limit("@limit")}
            """,
            new { supplierId, before, limit }), cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => new KnownProduct(row.Id, row.ToProduct(), row.Listed == 1, DateTimeOffset.FromUnixTimeMilliseconds(row.SeenAt)))];
    }

    /// <inheritdoc/>
    public Task<ProductFacts> ReadFactsAsync(long supplierId, CancellationToken cancellation) => database.ReadSnapshotAsync(
        async connection =>
        {
            var known = await connection.QueryAsync<string>("SELECT supplier_sku FROM supplier_products WHERE supplier_id = @supplierId", new { supplierId }).ConfigureAwait(false);
            var off = await connection.QueryAsync<OffRow>("SELECT supplier_id AS SupplierId, supplier_sku AS SupplierSku FROM supplier_products WHERE on_shelf = 0").ConfigureAwait(false);
            var markUps = await connection.QueryAsync<MarkUpRow>("SELECT supplier_id AS SupplierId, rules AS Rules FROM supplier_mark_ups").ConfigureAwait(false);
            return new ProductFacts(
                known.ToHashSet(StringComparer.Ordinal),
                off.Select(row => (row.SupplierId, row.SupplierSku)).ToHashSet(),
                markUps.ToDictionary(row => row.SupplierId, row => StorageJson.Read<MarkUps>(row.Rules)));
        },
        cancellation);

    /// <inheritdoc/>
    public Task<MarkUps> FindMarkUpsAsync(long supplierId, CancellationToken cancellation) =>
        database.ReadAsync(connection => FindMarkUpsAsync(connection, supplierId), cancellation);

    /// <inheritdoc/>
    public Task ReplaceMarkUpsAsync(Supplier supplier, MarkUps markUps, Actor actor) => database.WriteAsync(async connection =>
    {
        ArgumentNullException.ThrowIfNull(supplier);
        var before = StorageJson.Write(await FindMarkUpsAsync(connection, supplier.Id).ConfigureAwait(false));
        var rules = StorageJson.Write(markUps);
        if (before == rules)
        {
            return 0;
        }

        if (await connection.ExecuteAsync("UPDATE supplier_mark_ups SET rules = @rules WHERE supplier_id = @Id", new { rules, supplier.Id }).ConfigureAwait(false) == 0)
        {
            await connection.ExecuteAsync("INSERT INTO supplier_mark_ups (supplier_id, rules) VALUES (@Id, @rules)", new { rules, supplier.Id }).ConfigureAwait(false);
        }

        await AuditStore.AppendAsync(connection, new AuditEntry(ids.Next(), actor, "supplier.markUpsReplaced", "supplier:" + supplier.Code, before, rules)).ConfigureAwait(false);
        return 1;
    });

    private static async Task<MarkUps> FindMarkUpsAsync(DbConnection connection, long supplierId)
    {
        var rules = await connection.ExecuteScalarAsync<string?>("SELECT rules FROM supplier_mark_ups WHERE supplier_id = @supplierId", new { supplierId }).ConfigureAwait(false);
        return rules is null ? MarkUps.None : StorageJson.Read<MarkUps>(rules);
    }

    private async Task<int> SaveAsync(DbConnection connection, long supplierId, SupplierProduct[] products, long now)
    {
        foreach (var product in products)
        {
            var row = new
            {
                id = ids.Next(), supplierId, product.SupplierSku, product.Name, cost = product.UnitCost?.TenThousandths, product.Currency,
                faceValue = product.FaceValue?.TenThousandths, onShelf = product.OnShelf ? 1 : 0, now,
            };
            var updated = await connection.ExecuteAsync("""
                UPDATE supplier_products SET name = @Name, cost = @cost, currency = @Currency, face_value = @faceValue, on_shelf = @onShelf, listed = 1, seen_at = @now
                WHERE supplier_id = @supplierId AND supplier_sku = @SupplierSku
                """, row).ConfigureAwait(false);
            if (updated == 0)
            {
                await connection.ExecuteAsync("""
                    INSERT INTO supplier_products (id, supplier_id, supplier_sku, name, cost, currency, face_value, on_shelf, listed, seen_at)
                    VALUES (@id, @supplierId, @SupplierSku, @Name, @cost, @Currency, @faceValue, @onShelf, 1, @now)
                    """, row).ConfigureAwait(false);
            }
        }

        return products.Length;
    }

    private sealed record OffRow(long SupplierId, string SupplierSku);

    private sealed record MarkUpRow(long SupplierId, string Rules);

    private sealed record Row(long Id, string SupplierSku, string Name, long? Cost, string Currency, long? FaceValue, long OnShelf, long Listed, long SeenAt)
    {
        public SupplierProduct ToProduct() =>
            new(SupplierSku, Name, Cost is { } cost ? new Money(cost) : null, Currency, OnShelf == 1, FaceValue is { } value ? new Money(value) : null);
    }
}
