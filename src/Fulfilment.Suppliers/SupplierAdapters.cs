using System.Text.Json;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Suppliers;

/// <inheritdoc cref="ISupplierAdapters"/>
public sealed class SupplierAdapters(IEnumerable<ISupplierAdapter> adapters) : ISupplierAdapters
{
    private readonly Dictionary<string, ISupplierAdapter> _byName = adapters.ToDictionary(adapter => adapter.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [.. _byName.Keys.Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public IReadOnlyList<string> Check(string adapter, string settings)
    {
        if (Find(adapter) is not { } known)
        {
            return [$"There is no adapter \"{adapter}\"."];
        }

        try
        {
            var read = new AdapterSettings(settings);
            return read.Mistakes.Count > 0 ? read.Mistakes : known.Check(read.Own);
        }
        catch (JsonException)
        {
            return ["The settings are no JSON object."];
        }
    }

    internal ISupplierAdapter? Find(string? name) => name is null ? null : _byName.GetValueOrDefault(name);
}
