using Fulfilment.Core.Sandbox;

namespace Fulfilment.Core.Catalogue;

/// <summary>What a request says about a SKU. Fields it leaves out take their default in a new SKU and stay as they are in an existing one; see <see cref="Sku"/>.</summary>
public sealed class SkuFields
{
    /// <summary>Required for a new SKU; cannot change.</summary>
    public Optional<string?> Code { get; set; }

    /// <summary>Required for a new SKU.</summary>
    public Optional<string?> Name { get; set; }

    /// <summary>Default <see cref="SkuKind.CardKey"/>; cannot change.</summary>
    public Optional<SkuKind> Kind { get; set; }

    /// <inheritdoc cref="Sku.Brand"/>
    public Optional<string?> Brand { get; set; }

    /// <inheritdoc cref="Sku.Category"/>
    public Optional<string?> Category { get; set; }

    /// <inheritdoc cref="Sku.Duration"/>
    public Optional<string?> Duration { get; set; }

    /// <inheritdoc cref="Sku.Description"/>
    public Optional<string?> Description { get; set; }

    /// <inheritdoc cref="Sku.Instructions"/>
    public Optional<string?> Instructions { get; set; }

    /// <inheritdoc cref="Sku.RedeemUrl"/>
    public Optional<string?> RedeemUrl { get; set; }

    /// <inheritdoc cref="Sku.ImageUrl"/>
    public Optional<string?> ImageUrl { get; set; }

    /// <summary>Required for a new SKU; changes only together with the price.</summary>
    public Optional<string?> Currency { get; set; }

    /// <summary>Required for a new SKU.</summary>
    public Optional<Money> Price { get; set; }

    /// <inheritdoc cref="Sku.FaceValue"/>
    public Optional<Money?> FaceValue { get; set; }

    /// <inheritdoc cref="Sku.MinPerOrder"/>
    public Optional<int> MinPerOrder { get; set; }

    /// <inheritdoc cref="Sku.MaxPerOrder"/>
    public Optional<int> MaxPerOrder { get; set; }

    /// <inheritdoc cref="Sku.RecipientMode"/>
    public Optional<RecipientMode> RecipientMode { get; set; }

    /// <inheritdoc cref="Sku.RecipientPattern"/>
    public Optional<string?> RecipientPattern { get; set; }

    /// <inheritdoc cref="Sku.Inputs"/>
    public Optional<IReadOnlyList<SkuInput>?> Inputs { get; set; }

    /// <inheritdoc cref="Sku.MinRemainingDays"/>
    public Optional<int> MinRemainingDays { get; set; }

    /// <inheritdoc cref="Sku.LowStockAt"/>
    public Optional<int?> LowStockAt { get; set; }

    /// <inheritdoc cref="Sku.HoldMinutes"/>
    public Optional<int> HoldMinutes { get; set; }

    /// <summary>Null: the default policy.</summary>
    public Optional<AfterSalesPolicyFields?> AfterSales { get; set; }

    /// <inheritdoc cref="Sku.OnShelf"/>
    public Optional<bool> OnShelf { get; set; }

    /// <summary>Only the synchronisation of suppliers' products gives it; without it a given <see cref="OnShelf"/> is an operator's decision.</summary>
    internal Optional<SyncedShelf> SyncedShelf { get; set; }

    /// <summary>By priority. Left out of a new SKU: the pool for card keys, a person for manual ones, otherwise none yet.</summary>
    public Optional<IReadOnlyList<Route>?> Routes { get; set; }

    /// <summary>Null: the default policy.</summary>
    public Optional<SupplyPolicyFields?> Supply { get; set; }

    /// <inheritdoc cref="Sku.Components"/>
    public Optional<IReadOnlyList<BundleComponent>?> Components { get; set; }

    /// <summary>A new SKU as these fields and the defaults say, or why there is none.</summary>
    internal Result<Sku> Create(long id, DateTimeOffset now)
    {
        var missing = Field.Required(Code, "/code") ?? Field.Required(Name, "/name") ?? Field.Required(Currency, "/currency") ?? Field.Required(Price, "/price");
        if (missing is not null)
        {
            return missing;
        }

        if (SandboxSkus.IsReserved(Code.Or(null)))
        {
            return Field.Refuse("/code", "Codes that begin with TEST- belong to the sandbox.");
        }

        var kind = Kind.Or(SkuKind.CardKey);
        return Applied(new Sku
        {
            Id = id,
            Code = Code.Or(null)!,
            Name = "",
            Kind = kind,
            Currency = "",
            Price = Money.Zero,
            Routes = DefaultRoutes(kind),
            UpdatedAt = now,
        });
    }

    /// <summary>The SKU with these fields changed, or why it cannot be.</summary>
    internal Result<Sku> Change(Sku sku, DateTimeOffset now)
    {
        if (Code.Or(sku.Code) != sku.Code)
        {
            return Field.Refuse("/code", "The code of a SKU cannot change; orders and storefronts refer to it.");
        }

        if (Kind.Or(sku.Kind) != sku.Kind)
        {
            return Field.Refuse("/kind", "The kind of a SKU cannot change; take it off the shelf and create another.");
        }

        if (Currency.Or(sku.Currency) != sku.Currency && !Price.IsGiven)
        {
            return Field.Refuse("/price", "A change of currency needs the price in the new currency.");
        }

        // Never back, also when the clock was set back: storefronts ask for what changed since the latest time they have seen.
        var at = now > sku.UpdatedAt ? now : sku.UpdatedAt.AddMilliseconds(1);
        return Applied(sku with { UpdatedAt = at, LeftShelfAt = sku.OnShelf && !OnShelf.Or(true) ? at : sku.LeftShelfAt });
    }

    // Nulls that a field does not allow pass through here and are refused by the rules.
    private Result<Sku> Applied(Sku sku)
    {
        var changed = sku with
        {
            Name = Name.Or(sku.Name)!,
            Brand = Brand.Or(sku.Brand),
            Category = Category.Or(sku.Category),
            Duration = Duration.Or(sku.Duration),
            Description = Description.Or(sku.Description),
            Instructions = Instructions.Or(sku.Instructions),
            RedeemUrl = RedeemUrl.Or(sku.RedeemUrl),
            ImageUrl = ImageUrl.Or(sku.ImageUrl),
            Currency = Currency.Or(sku.Currency)!,
            Price = Price.Or(sku.Price),
            FaceValue = FaceValue.Or(sku.FaceValue),
            MinPerOrder = MinPerOrder.Or(sku.MinPerOrder),
            MaxPerOrder = MaxPerOrder.Or(sku.MaxPerOrder),
            RecipientMode = RecipientMode.Or(sku.RecipientMode),
            RecipientPattern = RecipientPattern.Or(sku.RecipientPattern),
            Inputs = Inputs.Or(sku.Inputs) ?? [],
            MinRemainingDays = MinRemainingDays.Or(sku.MinRemainingDays),
            LowStockAt = LowStockAt.Or(sku.LowStockAt),
            HoldMinutes = HoldMinutes.Or(sku.HoldMinutes),
            AfterSales = AfterSales.IsGiven ? AfterSales.Or(null)?.Change(sku.AfterSales) ?? AfterSalesPolicy.Default : sku.AfterSales,
            OnShelf = OnShelf.Or(sku.OnShelf),
            SyncedShelf = SyncedShelf.Or(Decided(sku)),
            Routes = Routes.Or(sku.Routes) ?? [],
            Supply = Supply.IsGiven ? Supply.Or(null)?.Change(sku.Supply) ?? SupplyPolicy.Default : sku.Supply,
            Components = Components.Or(sku.Components) ?? [],
        };
        var isBundle = changed.Kind == SkuKind.Bundle;
        var refusal = SkuRules.Check(changed)
            ?? (Routes.IsGiven && changed.Routes.Count == 0 && !isBundle ? Field.Refuse("/routes", "At least one route is needed.") : null)
            ?? (Components.IsGiven && changed.Components.Count == 0 && isBundle ? Field.Refuse("/components", "At least one component is needed.") : null);
        return refusal is null ? changed : refusal;
    }

    // An operator's word on the shelf counts for more than the synchronisation's.
    private SyncedShelf Decided(Sku sku) => (sku.SyncedShelf, OnShelf.IsGiven, OnShelf.Or(sku.OnShelf)) switch
    {
        (Catalogue.SyncedShelf.PutOff, true, true) => Catalogue.SyncedShelf.Overruled,
        (_, true, false) => Catalogue.SyncedShelf.None,
        _ => sku.SyncedShelf,
    };

    private static IReadOnlyList<Route> DefaultRoutes(SkuKind kind) => kind switch
    {
        SkuKind.CardKey => [new Route(RouteSource.Pool)],
        SkuKind.Manual => [new Route(RouteSource.Manual)],
        SkuKind.TopUp or SkuKind.Bundle => [],
    };
}
