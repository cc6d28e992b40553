using Fulfilment.Core;
using SupplierSimulator.Faults;
using SupplierSimulator.Wire;

namespace SupplierSimulator;

/// <summary>What is true at the supplier of one reference. Changed under the book's lock alone.</summary>
internal sealed class SimulatedOrder(string reference, string product, Fault fault, Play play)
{
    public string Reference { get; } = reference;

    public string Product { get; } = product;

    public Fault Fault { get; } = fault;

    public Play Play { get; } = play;

    /// <summary>How often it was submitted.</summary>
    public int Arrivals { get; set; }

    /// <summary>How often it was asked for.</summary>
    public int Queries { get; set; }

    /// <summary>How often it was asked for sooner than the supplier allows.</summary>
    public int QueriesTooSoon { get; set; }

    public DateTimeOffset? LastQueryAt { get; set; }

    /// <summary>When it was accepted; null: there is no order, whatever arrived.</summary>
    public DateTimeOffset? AcceptedAt { get; set; }

    public string Receipt { get; set; } = "";

    /// <summary>Whether it ends issued; settled when it is accepted.</summary>
    public bool Issues { get; set; }

    public RejectionWord Rejection { get; set; }

    /// <summary>Where it was submitted from asks for its callbacks.</summary>
    public string? CallbackUrl { get; set; }

    /// <summary>Empty for a top-up.</summary>
    public IReadOnlyList<SoldCode> Codes { get; set; } = [];

    public Money Charged { get; set; }

    public int CallbacksTaken { get; set; }

    public int CallbacksSent { get; set; }

    public DateTimeOffset? EndsAt => AcceptedAt + Play.EndsAfter;

    public OrderNumbers Numbers => new(Reference, Receipt, Product);

    /// <summary>How it stands.</summary>
    public Statement StandsAt(DateTimeOffset now)
    {
        if (AcceptedAt is null)
        {
            return new Statement.NotFound(Reference);
        }

        if (now < EndsAt)
        {
            return new Statement.UnderWay(Numbers);
        }

        return Issues ? new Statement.Issued(Numbers, now < EndsAt + Play.CodesAfter ? [] : Codes, Charged) : new Statement.Rejected(Numbers, Rejection);
    }
}
