using Fulfilment.Core;
using SupplierSimulator.Faults;

namespace SupplierSimulator.Wire;

/// <summary>What the supplier says, before it is put into its own words.</summary>
public abstract record Statement
{
    private Statement()
    {
    }

    /// <summary>The order is done.</summary>
    public sealed record Issued(OrderNumbers Order, IReadOnlyList<SoldCode> Codes, Money Charged) : Statement;

    /// <summary>The order is under way.</summary>
    public sealed record UnderWay(OrderNumbers Order) : Statement;

    /// <summary>There is no order and never will be one, or it has failed for good.</summary>
    public sealed record Rejected(OrderNumbers Order, RejectionWord Word) : Statement;

    /// <summary>No order has this number.</summary>
    public sealed record NotFound(string Number) : Statement;

    /// <summary>Another order has this number.</summary>
    public sealed record DuplicateNumber(string Reference) : Statement;

    /// <summary>Something broke, nobody knows what came of it.</summary>
    public sealed record SystemError(string Number) : Statement;

    /// <summary>A word that is in no documentation.</summary>
    public sealed record Unlisted(string Number) : Statement;

    /// <summary>The request's signature does not match.</summary>
    public sealed record BadSignature : Statement;

    /// <summary>The customer's money.</summary>
    public sealed record Balance(Money Amount) : Statement;

    /// <summary>What there is to buy.</summary>
    public sealed record Products(IReadOnlyList<ProductForSale> All) : Statement;
}

/// <summary>An order's numbers.</summary>
/// <param name="Reference">The customer's.</param>
/// <param name="Receipt">The supplier's own.</param>
/// <param name="Product">What was ordered; null where nobody knows.</param>
public sealed record OrderNumbers(string Reference, string Receipt, string? Product);

/// <summary>A code that was sold.</summary>
public sealed record SoldCode(string Number, string Secret, DateOnly ExpiresOn);

/// <summary>Something on the supplier's shelf.</summary>
/// <param name="Code">The supplier's code.</param>
/// <param name="Name">For people.</param>
/// <param name="Price">Of one.</param>
/// <param name="OnShelf">Whether it can be bought.</param>
public sealed record ProductForSale(string Code, string Name, Money Price, bool OnShelf = true);
