using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Http;

namespace Fulfilment.Suppliers.Declarative;

/// <summary>Suppliers that are described by a file.</summary>
/// <param name="random">Of nonces.</param>
public sealed class DeclarativeAdapter(IRandomBytes random) : ISupplierAdapter
{
    /// <inheritdoc/>
    public string Name => "declarative";

    /// <inheritdoc/>
    public IReadOnlyList<string> Check(JsonElement settings) => new DeclarativeSettings(settings).Mistakes;

    /// <inheritdoc/>
    public SupplierLimits LimitsOf(JsonElement settings)
    {
        var (limits, usual) = (new DeclarativeSettings(settings).Definition?.Limits, new SupplierLimits());
        return usual with { Concurrency = limits?.Concurrency ?? usual.Concurrency, PerSecond = limits?.PerSecond ?? usual.PerSecond };
    }

    /// <inheritdoc/>
    public ISupplier Create(JsonElement settings, SupplierHttp http, TimeProvider time) => new DeclarativeSupplier(new DeclarativeSettings(settings), http, time, random);
}
