using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Http;
using Fulfilment.Suppliers.Pipeline;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Suppliers;

/// <summary>
/// The suppliers of the catalogue, each made once for its adapter and settings and kept until they change. One that is replaced is let go: calls under way
/// end as they would have, and its connections are idle then and close by themselves within seconds.
/// </summary>
public sealed partial class SupplierDirectory(ICatalogue catalogue, ISupplierVault vault, SupplierAdapters adapters, TimeProvider time, ILogger<SupplierDirectory> logger)
    : ISuppliers, IDisposable
{
    private readonly ConcurrentDictionary<long, Entry> _entries = new();
    private readonly Lock _making = new();

    /// <inheritdoc/>
    public ISupplier? Find(string code) => catalogue.Current.FindSupplier(code) is { } supplier ? EntryOf(supplier).Pipeline : null;

    /// <inheritdoc/>
    public SupplierEntry Enter(string code)
    {
        if (catalogue.Current.FindSupplier(code) is not { } supplier)
        {
            return new SupplierEntry.Shut("not_configured");
        }

        if (supplier.Paused || !supplier.Active)
        {
            return new SupplierEntry.Shut("paused");
        }

        return EntryOf(supplier).Pipeline?.Enter() ?? new SupplierEntry.Shut("not_configured");
    }

    /// <inheritdoc/>
    public bool IsBreakerOpen(string code) => catalogue.Current.FindSupplier(code) is { } supplier && EntryOf(supplier).Pipeline is { IsBreakerOpen: true };

    /// <summary>Why the supplier cannot be called with the settings that are stored, in a sentence without secrets; null: it can, or has no adapter.</summary>
    public string? FaultOf(string code) => catalogue.Current.FindSupplier(code) is { } supplier ? EntryOf(supplier).Fault : null;

    /// <summary>Whether the supplier's settings let callbacks come from this address.</summary>
    public bool MayCallBack(string code, IPAddress? from)
    {
        var networks = catalogue.Current.FindSupplier(code) is { } supplier ? EntryOf(supplier).CallbackNetworks : [];
        return networks.Count == 0 || (from is not null && networks.Any(network => network.Contains(from)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in _entries.Values)
        {
            entry.Pipeline?.Dispose();
            entry.Http?.Dispose();
        }
    }

    private Entry EntryOf(Supplier supplier)
    {
        if (_entries.TryGetValue(supplier.Id, out var entry) && entry.IsFor(supplier))
        {
            return entry;
        }

        lock (_making)
        {
            return _entries.TryGetValue(supplier.Id, out entry) && entry.IsFor(supplier) ? entry : _entries[supplier.Id] = Make(supplier);
        }
    }

    private Entry Make(Supplier supplier)
    {
        if (supplier.Settings is null || adapters.Find(supplier.Adapter) is not { } adapter)
        {
            return new Entry(supplier, null, null, [], supplier.Adapter is null ? null : "This release has no such adapter, or the supplier has no settings.");
        }

        string fault;
        try
        {
            var settings = new AdapterSettings(vault.RevealSettings(supplier.Id, supplier.Settings));
            var mistakes = settings.Mistakes.Count > 0 ? settings.Mistakes : adapter.Check(settings.Own);
            if (mistakes.Count == 0)
            {
                var limits = settings.Limits(adapter.LimitsOf(settings.Own));
                var http = new SupplierHttp(time, TimeSpan.FromSeconds(limits.ConnectTimeoutSeconds));
                var pipeline = new SupplierPipeline(adapter.Create(settings.Own, http, time), limits, time, isOpen => LogBreaker(supplier.Code, isOpen ? "open" : "closed"));
                return new Entry(supplier, pipeline, http, settings.CallbackNetworks, null);
            }

            fault = mistakes[0];
        }
        catch (Exception exception) when (exception is SupplierVaultException or JsonException)
        {
            fault = "The settings that are stored cannot be opened. Give them again, with their secrets.";
        }

        LogUnusable(supplier.Code, fault);
        return new Entry(supplier, null, null, [], fault);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The breaker of supplier {Supplier} is {State}. While it is open no unit is submitted there but one at a time to try.")]
    private partial void LogBreaker(string supplier, string state);

    [LoggerMessage(Level = LogLevel.Error, Message = "Supplier {Supplier} cannot be called with the settings that are stored: {Mistake}")]
    private partial void LogUnusable(string supplier, string mistake);

    private sealed record Entry(Supplier Supplier, SupplierPipeline? Pipeline, SupplierHttp? Http, IReadOnlyList<IPNetwork> CallbackNetworks, string? Fault)
    {
        // A snapshot that was loaded anew has the same bytes in another array.
        public bool IsFor(Supplier supplier) =>
            ReferenceEquals(Supplier, supplier)
            || (Supplier.Adapter == supplier.Adapter && Supplier.Settings.AsSpan().SequenceEqual(supplier.Settings) && (Supplier.Settings is null) == (supplier.Settings is null));
    }
}
