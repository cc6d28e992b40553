using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Sandbox;

/// <summary>The SKUs of the sandbox. They are built in, so that a test key works before anything is set up, and no table holds them.</summary>
public static class SandboxSkus
{
    /// <summary>What their codes begin with; no other SKU may be created with such a code.</summary>
    public const string Prefix = "TEST-";

    /// <summary>Units of a card-key SKU that the pretended stock covers, for each line anew.</summary>
    public const int Stock = 10;

    /// <summary>The play money that every order can spend, in whichever currency, for each order anew.</summary>
    public static readonly Money PlayMoney = Price(10_000);

    private static readonly DateTimeOffset Since = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The SKUs as they are sold.</summary>
    public static CatalogueSnapshot Sold { get; } = new(
        0,
        [
            Card(1, "TEST-CARD", "Test code: delivered at once; the recipient and the quantity choose other outcomes") with { MaxPerOrder = 20 },
            Card(2, "TEST-TOPUP", "Test top-up: the recipient chooses the outcome") with
            {
                Kind = SkuKind.TopUp,
                Price = Price(30),
                MaxPerOrder = 10,
                RecipientMode = RecipientMode.Required,
                RecipientPattern = @"1\d{10}",
                Routes = [new Route(RouteSource.Manual)],
            },
            Card(3, "TEST-INPUT", "Test code that asks for an input, server: S1 to S999") with { Inputs = [new SkuInput("server", true, @"S[1-9]\d{0,2}")] },
            Card(4, "TEST-NOBODY", "Test code that takes no recipient") with { RecipientMode = RecipientMode.None },
            Card(5, "TEST-PRICE", "Test code that is listed at 10.00 and has risen to 12.00") with { Price = Price(12) },
            Card(6, "TEST-DEAR", "Test code that the play money does not cover") with { Price = PlayMoney + new Money(100) },
            Card(7, "TEST-USD", "Test code priced in US dollars") with { Currency = "USD", Price = Price(2) },
            Card(8, "TEST-OFF", "Test code that is off the shelf") with { OnShelf = false },
            Card(9, "TEST-ROUTE", "Test code that nothing can deliver") with { Routes = [] },
        ],
        [],
        []);

    /// <summary><see cref="Sold"/> for what reads a catalogue.</summary>
    public static ICatalogue Catalogue { get; } = new BuiltIn();

    /// <summary>Those on the shelf, as the SKU list shows them; newest first.</summary>
    public static IReadOnlyList<Sku> Listed { get; } =
        [.. Sold.Skus.Where(sku => sku.OnShelf).Select(sku => sku.Code == "TEST-PRICE" ? sku with { Price = Price(10) } : sku)];

    /// <summary>What <see cref="IStockLevels"/> would say of them.</summary>
    public static IReadOnlyDictionary<long, long> StockLevels { get; } = Sold.Skus.ToDictionary(sku => sku.Id, _ => (long)Stock);

    /// <summary>Whether a code is one that only the sandbox may have.</summary>
    public static bool IsReserved(string? code) => code?.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) == true;

    private static Sku Card(long id, string code, string name) => new()
    {
        Id = id,
        Code = code,
        Name = name,
        Kind = SkuKind.CardKey,
        Category = "sandbox",
        Currency = "CNY",
        Price = Price(10),
        Routes = [new Route(RouteSource.Pool)],
        UpdatedAt = Since,
    };

    private static Money Price(int whole) => new(whole * 10_000L);

    private sealed class BuiltIn : ICatalogue
    {
        public CatalogueSnapshot Current => Sold;

        public Task RefreshAsync(CancellationToken cancellation = default) => Task.CompletedTask;
    }
}
