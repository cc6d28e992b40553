using System.Text.Json;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers;
using Fulfilment.Suppliers.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>A worker has so many places for what is under way. A supplier whose questions hang may have half of them, and no more.</summary>
public sealed class WorkerPlacesTests : IAsyncDisposable
{
    private const int Places = 8;

    private readonly HangingSupplier _hanging = new();

    [Fact]
    public async Task QuestionsThatHang_LeaveHalfOfTheWorkersPlaces_ToSubmissionsElsewhere()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions
        {
            Services = services => services.AddSingleton<ISupplierAdapter>(_hanging),
            Settings = new Dictionary<string, string?> { ["Fulfilment:MostAtOnce"] = $"{Places}", ["Fulfilment:PollMilliseconds"] = "20" },
        });
        var shop = await host.ShopAsync();
        foreach (var code in new[] { "silent", "prompt" })
        {
            await host.CreateAsync("/v1/admin/suppliers", $$$"""{"code":"{{{code}}}","name":"{{{code}}}","adapter":"hanging","settings":{"limits":{"queryTimeoutSeconds":120} } }""");
            await host.CreateAsync("/v1/admin/skus", $$"""
                {"code":"{{code}}","name":"{{code}}","kind":"topUp","currency":"CNY","price":"10.00","recipientMode":"required",
                 "routes":[{"source":"supplier","supplier":"{{code}}","supplierSku":"{{code}}","unitCost":"8.00"}]}
                """);
        }

        await OrderAsync("S", "silent", 3 * Places);
        await Patience.UntilAsync(() => _hanging.Asked >= Places / 2);

        // Each order makes the worker look, at questions first: were they let, they would have had every place after a few.
        for (var number = 0; number < 2 * Places; number++)
        {
            var id = await OrderAsync($"P{number}", "prompt", 1);
            await Patience.UntilAsync(async () => await StatusAsync(id) == "fulfilled", () => $"order {number} waits for a place; {_hanging.Asked} questions are under way");
        }

        Assert.Equal(Places / 2, _hanging.Asked);
        _hanging.Answer();

        async Task<string> OrderAsync(string reference, string sku, int quantity)
        {
            using var answer = await host.PostAsync("/v1/orders", shop, $$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{"sku":"{{sku}}","quantity":{{quantity}},"recipient":"13800000000"}]}""");
            return (await answer.JsonAsync()).GetProperty("id").GetString()!;
        }

        async Task<string?> StatusAsync(string id)
        {
            using var answer = await host.GetAsync($"/v1/orders/{id}", shop);
            return (await answer.JsonAsync()).GetProperty("status").GetString();
        }
    }

    public ValueTask DisposeAsync()
    {
        _hanging.Answer();
        return ValueTask.CompletedTask;
    }

    /// <summary>Takes what is called <c>silent</c> and answers no question about it; issues everything else at once.</summary>
    private sealed class HangingSupplier : ISupplier, ISupplierAdapter
    {
        private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public string Name => "hanging";

        public SupplierTiming Timing { get; } =
            new(TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(50), TimeSpan.FromHours(1), TimeSpan.FromHours(24), TimeSpan.FromMinutes(10));

        public bool CanQuery => true;

        public void Answer() => _answer.TrySetResult();

        public IReadOnlyList<string> Check(JsonElement settings) => [];

        public ISupplier Create(JsonElement settings, SupplierHttp http, TimeProvider time) => this;

        public Task<SupplierAnswer> IssueAsync(SupplierRequest request, SendPermit permit, CancellationToken cancellation)
        {
            Assert.True(permit.TryUse(this));
            SupplierOutcome outcome = request.SupplierSku == "silent" ? new SupplierOutcome.Processing() : new SupplierOutcome.Issued([], "R-" + request.Reference);
            return Task.FromResult<SupplierAnswer>(new SupplierAnswer.Answered(outcome, null));
        }

        public async Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _asked);
            await _answer.Task.WaitAsync(cancellation);
            return new SupplierAnswer.Answered(new SupplierOutcome.Processing(), null);
        }

        public Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation) => Task.FromResult<SupplierBalance?>(null);

        public Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<SupplierProduct>?>(null);

        public ParsedCallback ParseCallback(CallbackRequest request) => throw new NotSupportedException();
    }
}
