namespace Fulfilment.Core.Storefronts;

/// <summary>What a request says about a storefront. Fields it leaves out take their default in a new one and stay as they are in an existing one; see <see cref="Storefront"/>.</summary>
public sealed class StorefrontFields
{
    private const int HighestRate = 1_000_000;

    /// <summary>Required for a new storefront; cannot change.</summary>
    public Optional<string?> Code { get; set; }

    /// <summary>Required for a new storefront.</summary>
    public Optional<string?> Name { get; set; }

    /// <summary>Default <see cref="Storefronts.Settlement.Postpaid"/>; changes only while its wallets are empty.</summary>
    public Optional<Settlement> Settlement { get; set; }

    /// <summary>Only for a postpaid storefront.</summary>
    public Optional<Money?> CreditLimit { get; set; }

    /// <inheritdoc cref="Storefront.RatePerSecond"/>
    public Optional<int?> RatePerSecond { get; set; }

    /// <inheritdoc cref="Storefront.StockDisplay"/>
    public Optional<StockDisplay> StockDisplay { get; set; }

    /// <inheritdoc cref="Storefront.HoldAbove"/>
    public Optional<Money?> HoldAbove { get; set; }

    /// <inheritdoc cref="Storefront.LowBalance"/>
    public Optional<Money?> LowBalance { get; set; }

    /// <inheritdoc cref="Storefront.Active"/>
    public Optional<bool> Active { get; set; }

    /// <summary>A new storefront as these fields and the defaults say, or why there is none.</summary>
    internal Result<Storefront> Create(long id, DateTimeOffset now)
    {
        var missing = Field.Required(Code, "/code") ?? Field.Required(Name, "/name");
        return missing is not null
            ? missing
            : Applied(new Storefront { Id = id, Code = Code.Or(null)!, Name = "", Settlement = Storefronts.Settlement.Postpaid, UpdatedAt = now });
    }

    /// <summary>The storefront with these fields changed, or why it cannot be. Whether its wallets allow it is for the store to see.</summary>
    internal Result<Storefront> Change(Storefront storefront, DateTimeOffset now) =>
        Code.Or(storefront.Code) == storefront.Code
            ? Applied(storefront with { UpdatedAt = now })
            : Field.Refuse("/code", "The code of a storefront cannot change; its keys refer to it.");

    private Result<Storefront> Applied(Storefront storefront)
    {
        var changed = storefront with
        {
            Name = Name.Or(storefront.Name)!,
            Settlement = Settlement.Or(storefront.Settlement),
            CreditLimit = CreditLimit.Or(storefront.CreditLimit),
            RatePerSecond = RatePerSecond.Or(storefront.RatePerSecond),
            StockDisplay = StockDisplay.Or(storefront.StockDisplay),
            HoldAbove = HoldAbove.Or(storefront.HoldAbove),
            LowBalance = LowBalance.Or(storefront.LowBalance),
            Active = Active.Or(storefront.Active),
        };
        var refusal = Field.Code(changed.Code, "/code")
            ?? Field.Text(changed.Name, "/name", 200, required: true)
            ?? Field.Amount(changed.CreditLimit, "/creditLimit")
            ?? Field.Range(changed.RatePerSecond, "/ratePerSecond", 1, HighestRate)
            ?? Field.Amount(changed.HoldAbove, "/holdAbove")
            ?? Field.Amount(changed.LowBalance, "/lowBalance")
            ?? (changed is { Settlement: Storefronts.Settlement.Prepaid, CreditLimit: not null }
                ? Field.Refuse("/creditLimit", "A prepaid storefront has no credit limit; give null.")
                : null);
        return refusal is null ? changed : refusal;
    }
}
