using Fulfilment.Core;
using SupplierSimulator.Faults;
using SupplierSimulator.Wire;

namespace SupplierSimulator;

/// <summary>How one simulated supplier is set up.</summary>
public sealed record SimulatorSettings
{
    /// <summary>Begins every code it sells: at most eight letters and digits.</summary>
    public string Name { get; init; } = "SIM";

    /// <summary>Where it listens on 127.0.0.1; 0: wherever there is room.</summary>
    public int Port { get; init; }

    /// <summary>What goes wrong.</summary>
    public FaultPlan Plan { get; init; } = new(0, []);

    /// <summary>How long things take.</summary>
    public SimulatorTimes Times { get; init; } = new();

    /// <summary>What it lists for sale. What is not listed can be bought at <see cref="Price"/>.</summary>
    public IReadOnlyList<ProductForSale> Products { get; init; } = [];

    /// <summary>Of a product that is not listed.</summary>
    public Money Price { get; init; } = new(100_000);

    /// <summary>The customer's money at the start.</summary>
    public Money Balance { get; init; } = new(100_000_000_000);

    /// <summary>Products whose code begins so are top-ups: a receipt and no code.</summary>
    public IReadOnlyList<string> TopUps { get; init; } = [];

    /// <summary>Whether a number that is submitted again is refused as a duplicate; else it is answered with the order as it is.</summary>
    public bool RefuseRepeats { get; init; }

    /// <summary>More submissions in a second are refused as too frequent; null: no limit.</summary>
    public int? SubmitsPerSecond { get; init; }

    /// <summary>The shortest time between two queries of one order; sooner ones are counted.</summary>
    public TimeSpan QueryInterval { get; init; }

    /// <summary>Where callbacks go whose submission did not say; null: nowhere.</summary>
    public string? CallbackUrl { get; init; }

    /// <summary>How often a callback is tried until it is taken.</summary>
    public int CallbackTries { get; init; } = 30;

    internal bool IsTopUp(string product) => TopUps.Any(prefix => product.StartsWith(prefix, StringComparison.Ordinal));
}
