namespace Fulfilment.Core.Catalogue;

/// <summary>What is sold. Immutable: a change makes a new one in the next <see cref="CatalogueSnapshot"/>.</summary>
public sealed record Sku
{
    /// <summary>Internal id; the API knows SKUs by <see cref="Code"/>.</summary>
    public required long Id { get; init; }

    /// <summary>Unique, 1 to 64 of <c>A-Z a-z 0-9 . _ -</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Shown to people.</summary>
    public required string Name { get; init; }

    /// <summary>What a unit of it is.</summary>
    public required SkuKind Kind { get; init; }

    /// <summary>Shown to people.</summary>
    public string? Brand { get; init; }

    /// <summary>Shown to people.</summary>
    public string? Category { get; init; }

    /// <summary>How long the benefit lasts, in words: <c>1 month</c>.</summary>
    public string? Duration { get; init; }

    /// <summary>Shown to people.</summary>
    public string? Description { get; init; }

    /// <summary>How the buyer redeems it.</summary>
    public string? Instructions { get; init; }

    /// <summary>Where the buyer redeems it.</summary>
    public string? RedeemUrl { get; init; }

    /// <summary>A picture.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>ISO 4217, three capitals.</summary>
    public required string Currency { get; init; }

    /// <summary>Price of one unit.</summary>
    public required Money Price { get; init; }

    /// <summary>Printed value, when there is one.</summary>
    public Money? FaceValue { get; init; }

    /// <summary>Fewest units in one order line.</summary>
    public int MinPerOrder { get; init; } = 1;

    /// <summary>Most units in one order line, at most 5,000.</summary>
    public int MaxPerOrder { get; init; } = 100;

    /// <summary>Whether a line names the account that receives the benefit.</summary>
    public RecipientMode RecipientMode { get; init; } = RecipientMode.Optional;

    /// <summary>A regular expression (non-backtracking) that a recipient must match as a whole.</summary>
    public string? RecipientPattern { get; init; }

    /// <summary>Further fields that a line may or must carry.</summary>
    public IReadOnlyList<SkuInput> Inputs { get; init; } = [];

    /// <summary>A code is sold only if it lasts at least so many days more, counted in the business time zone.</summary>
    public int MinRemainingDays { get; init; }

    /// <summary>So many codes left are few: an alert says so. Null: only how long they last tells.</summary>
    public int? LowStockAt { get; init; }

    /// <summary>How long a held order keeps its codes reserved before it is cancelled.</summary>
    public int HoldMinutes { get; init; } = 15;

    /// <summary>What storefronts may ask for once a unit of it was delivered.</summary>
    public AfterSalesPolicy AfterSales { get; init; } = AfterSalesPolicy.Default;

    /// <summary>Whether it can be ordered.</summary>
    public bool OnShelf { get; init; } = true;

    /// <summary>When it was last taken off the shelf; null: never.</summary>
    public DateTimeOffset? LeftShelfAt { get; init; }

    /// <summary>Whose doing it is that it is on or off the shelf.</summary>
    public SyncedShelf SyncedShelf { get; init; }

    /// <summary>Where its units come from, by priority.</summary>
    public IReadOnlyList<Route> Routes { get; init; } = [];

    /// <summary>How its routes are chosen.</summary>
    public SupplyPolicy Supply { get; init; } = SupplyPolicy.Default;

    /// <summary>What a <see cref="SkuKind.Bundle"/> consists of; empty for every other kind.</summary>
    public IReadOnlyList<BundleComponent> Components { get; init; } = [];

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What a unit of a SKU is. Stored as numbers.</summary>
public enum SkuKind
{
    /// <summary>A code from the pool (卡密).</summary>
    CardKey = 1,

    /// <summary>A supplier credits the recipient's account (直充).</summary>
    TopUp = 2,

    /// <summary>A person sees to it (人工).</summary>
    Manual = 3,

    /// <summary>Sold as its components (套餐).</summary>
    Bundle = 4,
}

/// <summary>What the synchronisation of suppliers' products has to do with a SKU's place on the shelf. Stored as numbers.</summary>
public enum SyncedShelf
{
    /// <summary>Nothing: off the shelf is an operator's decision, which it never undoes.</summary>
    None = 0,

    /// <summary>It took the SKU off, and puts it back once a route is open again.</summary>
    PutOff = 1,

    /// <summary>It took the SKU off, and an operator put it back: it does not take it off again before a route was open.</summary>
    Overruled = 2,
}

/// <summary>Whether a line of this SKU names a recipient. Stored as numbers.</summary>
public enum RecipientMode
{
    /// <summary>It may.</summary>
    Optional = 1,

    /// <summary>It must.</summary>
    Required = 2,

    /// <summary>It must not.</summary>
    None = 3,
}

/// <summary>A field declared by a SKU that order lines fill in under <c>inputs</c>.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Required">Whether every line must carry it.</param>
/// <param name="Pattern">A regular expression (non-backtracking) for the whole value; null: anything.</param>
public sealed record SkuInput(string Name, bool Required, string? Pattern);

/// <summary>One place where a SKU's units come from.</summary>
/// <param name="Source">Pool, supplier or manual.</param>
/// <param name="Supplier">The supplier's code, for <see cref="RouteSource.Supplier"/>.</param>
/// <param name="SupplierSku">What the supplier calls it.</param>
/// <param name="UnitCost">The agreed cost of a unit.</param>
public sealed record Route(RouteSource Source, string? Supplier = null, string? SupplierSku = null, Money? UnitCost = null);

/// <summary>Where a unit comes from.</summary>
public enum RouteSource
{
    /// <summary>The card-key pool.</summary>
    Pool = 1,

    /// <summary>A supplier issues it.</summary>
    Supplier = 2,

    /// <summary>A person delivers it.</summary>
    Manual = 3,
}
