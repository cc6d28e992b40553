using System.Text.Json;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Http;

namespace Fulfilment.Suppliers.OwnContract;

/// <summary>Another installation of this engine, or whatever speaks its contract, as a supplier: chains of distributors.</summary>
public sealed class ContractAdapter : ISupplierAdapter
{
    /// <inheritdoc/>
    public string Name => "contract";

    /// <inheritdoc/>
    public IReadOnlyList<string> Check(JsonElement settings) => new ContractSettings(settings).Mistakes;

    /// <inheritdoc/>
    public ISupplier Create(JsonElement settings, SupplierHttp http, TimeProvider time) => new ContractSupplier(new ContractSettings(settings), http, time);
}
