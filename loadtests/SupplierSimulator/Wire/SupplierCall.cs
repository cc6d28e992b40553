using Fulfilment.Core;

namespace SupplierSimulator.Wire;

/// <summary>What a customer asks a supplier for.</summary>
public abstract record SupplierCall
{
    private SupplierCall()
    {
    }

    /// <summary>One unit.</summary>
    /// <param name="Reference">The customer's number.</param>
    /// <param name="Product">The supplier's code.</param>
    /// <param name="HasRecipient">Whether there is an account to credit.</param>
    /// <param name="MaxPrice">The most the customer pays, if the protocol has a place for it.</param>
    /// <param name="CallbackUrl">Where the customer wants to hear of it, if the protocol has a place for it.</param>
    public sealed record Submit(string Reference, string Product, bool HasRecipient, Money? MaxPrice, string? CallbackUrl) : SupplierCall;

    /// <summary>What became of an order.</summary>
    /// <param name="Number">The customer's number, or the supplier's own.</param>
    public sealed record Query(string Number) : SupplierCall;

    /// <summary>The customer's money.</summary>
    public sealed record Balance : SupplierCall;

    /// <summary>What there is to buy.</summary>
    /// <param name="Page">From 1 on.</param>
    public sealed record Products(int Page) : SupplierCall;

    /// <summary>A request whose signature does not match.</summary>
    /// <param name="Of">What it asks for.</param>
    public sealed record Forged(SupplierCall Of) : SupplierCall;

    /// <summary>A request that is none of the above.</summary>
    /// <param name="Why">For a developer.</param>
    public sealed record Unreadable(string Why) : SupplierCall;
}
