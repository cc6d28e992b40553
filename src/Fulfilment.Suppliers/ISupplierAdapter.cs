using System.Text.Json;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Http;

namespace Fulfilment.Suppliers;

/// <summary>A way to speak to suppliers: a supplier's field <c>adapter</c> names it.</summary>
public interface ISupplierAdapter
{
    /// <summary>As the field <c>adapter</c> names it.</summary>
    string Name { get; }

    /// <summary>What is wrong with settings, each mistake in a sentence for somebody who does not program; none: a supplier can be made of them. No I/O.</summary>
    /// <param name="settings">An object. Its secrets are the texts in its object <c>secrets</c>; limits and callback addresses are not in it.</param>
    IReadOnlyList<string> Check(JsonElement settings);

    /// <summary>How much the supplier bears where the settings' <c>limits</c> say nothing else. Of settings in which <see cref="Check"/> finds nothing wrong.</summary>
    SupplierLimits LimitsOf(JsonElement settings) => new();

    /// <summary>A supplier of settings in which <see cref="Check"/> finds nothing wrong. The element is the adapter's to keep; the connection is the caller's to end.</summary>
    ISupplier Create(JsonElement settings, SupplierHttp http, TimeProvider time);
}
