namespace Fulfilment.Core.Suppliers;

/// <summary>The adapters of this release: the ways in which suppliers can be called.</summary>
public interface ISupplierAdapters
{
    /// <summary>As a supplier's field <c>adapter</c> names them.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>What is wrong with settings, each mistake in a sentence; none: a supplier can be called with them. Never quotes a secret.</summary>
    /// <param name="adapter">One of <see cref="Names"/>.</param>
    /// <param name="settings">A JSON object, with its secrets.</param>
    IReadOnlyList<string> Check(string adapter, string settings);
}
