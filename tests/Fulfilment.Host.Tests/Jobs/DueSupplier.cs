using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Host.Tests.Suppliers;
using Fulfilment.Suppliers;
using Fulfilment.Suppliers.Http;

namespace Fulfilment.Host.Tests.Jobs;

/// <summary>A supplier that leaves every order in doubt, holds little of our money, and sells something at another price than before.</summary>
internal sealed class DueSupplier : ISupplierAdapter, ISupplier
{
    public string Name => "due";

    public SupplierTiming Timing { get; } =
        new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));

    public bool CanQuery => true;

    public IReadOnlyList<string> Check(JsonElement settings) => [];

    public ISupplier Create(JsonElement settings, SupplierHttp http, TimeProvider time) => this;

    public Task<SupplierAnswer> IssueAsync(SupplierRequest request, SendPermit permit, CancellationToken cancellation)
    {
        Assert.True(permit.TryUse(this));
        return InDoubt();
    }

    public Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation) => InDoubt();

    public Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation) => Task.FromResult<SupplierBalance?>(new SupplierBalance(Money.Zero, "CNY"));

    public Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<SupplierProduct>?>([ListingSupplier.Product("s-FOLLOW", "9.00"), ListingSupplier.Product("s-OTHER", "3.00")]);

    public ParsedCallback ParseCallback(CallbackRequest request) => throw new NotSupportedException();

    private static Task<SupplierAnswer> InDoubt() => Task.FromResult<SupplierAnswer>(new SupplierAnswer.Answered(new SupplierOutcome.Unknown("doubt"), null));
}
