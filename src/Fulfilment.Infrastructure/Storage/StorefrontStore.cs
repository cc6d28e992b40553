using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>storefronts</c>.</summary>
public sealed class StorefrontStore(IDatabase database, IdGenerator ids) : IStorefrontStore
{
    private const string Select = """
        SELECT id, code, name, settlement, credit_limit AS CreditLimit, rate_per_second AS RatePerSecond, stock_display AS StockDisplay,
               hold_above AS HoldAbove, low_balance AS LowBalance, active, updated_at AS UpdatedAt,
               CASE WHEN EXISTS (SELECT 1 FROM webhook_endpoints AS e WHERE e.storefront_id = storefronts.id AND e.state < 20) THEN 1 ELSE 0 END AS HasEndpoints
        FROM storefronts
        """;

    /// <inheritdoc/>
    public Task<Result<Storefront>> CreateAsync(Storefront storefront, Actor actor) => database.WriteAsync<Result<Storefront>>(async connection =>
    {
        // The unique index decides, so that of two requests at once one is told.
        var inserted = await connection.ExecuteAsync("""
            INSERT INTO storefronts (id, code, name, settlement, credit_limit, rate_per_second, stock_display, hold_above, low_balance, active, updated_at)
            SELECT @Id, @Code, @Name, @Settlement, @CreditLimit, @RatePerSecond, @StockDisplay, @HoldAbove, @LowBalance, @Active, @UpdatedAt
            WHERE NOT EXISTS (SELECT 1 FROM storefronts WHERE code = @Code)
            """, Row.From(storefront)).ConfigureAwait(false);
        if (inserted == 0)
        {
            return new Refusal(RefusalCode.AlreadyExists, "/code");
        }

        await RecordAsync(connection, actor, "storefront.created", storefront.Code, null, AuditImage.Of(storefront)).ConfigureAwait(false);
        return storefront;
    });

    /// <inheritdoc/>
    public Task<Result<Storefront>> UpdateAsync(string code, Func<Storefront, Result<Storefront>> change, Actor actor) => database.WriteAsync<Result<Storefront>>(async connection =>
    {
        if (await FindAsync(connection, code).ConfigureAwait(false) is not { } before)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        var changed = change(before);
        if (changed.Refusal is not null || AuditImage.Of(before) == AuditImage.Of(changed.Value))
        {
            return changed.Refusal is null ? before : changed;
        }

        if (before.Settlement != changed.Value.Settlement && await HasMoneyAsync(connection, before.Id).ConfigureAwait(false))
        {
            return new Refusal(RefusalCode.WalletNotEmpty, "/settlement");
        }

        await connection.ExecuteAsync("""
            UPDATE storefronts
            SET name = @Name, settlement = @Settlement, credit_limit = @CreditLimit, rate_per_second = @RatePerSecond, stock_display = @StockDisplay,
                hold_above = @HoldAbove, low_balance = @LowBalance, active = @Active, updated_at = @UpdatedAt
            WHERE id = @Id
            """, Row.From(changed.Value)).ConfigureAwait(false);
        await RecordAsync(connection, actor, "storefront.updated", code, AuditImage.Of(before), AuditImage.Of(changed.Value)).ConfigureAwait(false);
        return changed;
    });

    /// <summary>For the catalogue's snapshot.</summary>
    internal static async Task<List<Storefront>> ListAsync(DbConnection connection)
    {
        var rows = await connection.QueryAsync<Row>(Select).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToStorefront())];
    }

    /// <summary>As it is inside the caller's transaction; null when there is none.</summary>
    internal static async Task<Storefront?> FindAsync(DbConnection connection, string code)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>($"{Select} WHERE code = @code", new { code }).ConfigureAwait(false);
        return row?.ToStorefront();
    }

    private static async Task<bool> HasMoneyAsync(DbConnection connection, long storefrontId) => await connection.ExecuteScalarAsync<long>(
        "SELECT count(*) FROM wallets WHERE storefront_id = @storefrontId AND (balance <> 0 OR held <> 0)", new { storefrontId }).ConfigureAwait(false) > 0;

    private async Task RecordAsync(DbConnection connection, Actor actor, string action, string code, string? before, string after)
    {
        await AuditStore.AppendAsync(connection, new AuditEntry(ids.Next(), actor, action, "storefront:" + code, before, after)).ConfigureAwait(false);
        await CatalogueVersion.RaiseAsync(connection).ConfigureAwait(false);
    }

    private sealed class Row
    {
        public long Id { get; init; }

        public string Code { get; init; } = "";

        public string Name { get; init; } = "";

        public int Settlement { get; init; }

        public long? CreditLimit { get; init; }

        public int? RatePerSecond { get; init; }

        public int StockDisplay { get; init; }

        public long? HoldAbove { get; init; }

        public long? LowBalance { get; init; }

        public bool Active { get; init; }

        public long UpdatedAt { get; init; }

        public long HasEndpoints { get; init; }

        public static Row From(Storefront storefront) => new()
        {
            Id = storefront.Id,
            Code = storefront.Code,
            Name = storefront.Name,
            Settlement = (int)storefront.Settlement,
            CreditLimit = storefront.CreditLimit?.TenThousandths,
            RatePerSecond = storefront.RatePerSecond,
            StockDisplay = (int)storefront.StockDisplay,
            HoldAbove = storefront.HoldAbove?.TenThousandths,
            LowBalance = storefront.LowBalance?.TenThousandths,
            Active = storefront.Active,
            UpdatedAt = storefront.UpdatedAt.ToUnixTimeMilliseconds(),
        };

        public Storefront ToStorefront() => new()
        {
            Id = Id,
            Code = Code,
            Name = Name,
            Settlement = (Settlement)Settlement,
            CreditLimit = CreditLimit is { } limit ? new Money(limit) : null,
            RatePerSecond = RatePerSecond,
            StockDisplay = (StockDisplay)StockDisplay,
            HoldAbove = HoldAbove is { } amount ? new Money(amount) : null,
            LowBalance = LowBalance is { } low ? new Money(low) : null,
            Active = Active,
            HasEndpoints = HasEndpoints != 0,
            UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(UpdatedAt),
        };
    }
}
