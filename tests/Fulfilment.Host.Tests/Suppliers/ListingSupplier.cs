using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers;
using Fulfilment.Suppliers.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Suppliers;

/// <summary>A supplier that a test lets list products, and that is asked for nothing else.</summary>
public sealed class ListingSupplier : ISupplier, ISupplierAdapter
{
    /// <summary>Null: it does not answer.</summary>
    public IReadOnlyList<SupplierProduct>? Products { get; set; } = [];

    public string Name => "listing";

    public SupplierTiming Timing { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));

    public bool CanQuery => false;

    public static SupplierProduct Product(string supplierSku, string? cost, bool onShelf = true, string currency = "CNY") =>
        new(supplierSku, "Product " + supplierSku, Money.TryParse(cost, out var money) ? money : null, currency, onShelf);

    /// <summary>A host that knows it as an adapter.</summary>
    public TestHostOptions Options() => new() { Services = services => services.AddSingleton<ISupplierAdapter>(this) };

    public IReadOnlyList<string> Check(JsonElement settings) => [];

    public ISupplier Create(JsonElement settings, SupplierHttp http, TimeProvider time) => this;

    public Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation) => Task.FromResult(Products);

    public Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation) => Task.FromResult<SupplierBalance?>(null);

    public Task<SupplierAnswer> IssueAsync(SupplierRequest request, SendPermit permit, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation) => throw new NotSupportedException();

    public ParsedCallback ParseCallback(CallbackRequest request) => throw new NotSupportedException();
}
