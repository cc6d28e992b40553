namespace Fulfilment.Core.Suppliers.Products;

/// <summary>How a price follows what a unit costs: cost plus a percentage plus an amount, at least the margin, rounded up to a whole number of steps.</summary>
/// <param name="Percent">Of the cost; 12.5 makes 10.00 into 11.25.</param>
/// <param name="Fixed">Added after the percentage.</param>
/// <param name="Step">Prices are multiples of it.</param>
/// <param name="MinimumMargin">The price is at least so much above the cost.</param>
/// <param name="Automatic">Whether the recurring synchronisation changes prices by it; otherwise only an operator's does.</param>
public sealed record MarkUp(decimal Percent, Money Fixed, Money Step, Money MinimumMargin, bool Automatic)
{
    private const decimal LargestPercent = 10_000;

    /// <summary>Of something that costs so much. Never below the cost.</summary>
    public Money PriceOf(Money cost)
    {
        var marked = (cost.TenThousandths * (1 + (Percent / 100m))) + Fixed.TenThousandths;
        var price = Math.Max(marked, (decimal)cost.TenThousandths + MinimumMargin.TenThousandths);
        return new Money((long)(Math.Ceiling(price / Step.TenThousandths) * Step.TenThousandths));
    }

    internal Refusal? Check(string at) =>
        (Percent is >= 0 and <= LargestPercent && decimal.Round(Percent, 4) == Percent ? null : Field.Refuse(at + "/percent", "A percentage is from 0 to 10000 with at most four places."))
        ?? Field.Amount(Fixed, at + "/fixed")
        ?? Field.Amount(MinimumMargin, at + "/minimumMargin")
        ?? (Step > Money.Zero && Step <= Money.Largest ? null : Field.Refuse(at + "/step", "Prices are multiples of the step, so it is more than 0."));
}

/// <summary>The mark-ups of one supplier.</summary>
/// <param name="Rule">For every SKU without an entry of its own; null: their prices stay.</param>
/// <param name="Skus">By the SKU's code; null: the price of this one stays.</param>
public sealed record MarkUps(MarkUp? Rule, IReadOnlyDictionary<string, MarkUp?> Skus)
{
    /// <summary>No price follows the supplier.</summary>
    public static readonly MarkUps None = new(null, new Dictionary<string, MarkUp?>());

    /// <summary>The one for a SKU; null: its price stays.</summary>
    public MarkUp? For(string sku) => Skus.TryGetValue(sku, out var own) ? own : Rule;
}
