using System.Collections.Concurrent;
using System.Text.Json;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers;
using Fulfilment.Suppliers.Http;

namespace Fulfilment.Hangfire.Tests.Jobs;

/// <summary>A supplier that is at each order until it has been asked a few times, and counts what it was sent.</summary>
internal sealed class LateSupplier(int queries) : ISupplierAdapter, ISupplier
{
    private readonly ConcurrentDictionary<long, int> _asked = [];

    /// <summary>How often each attempt was submitted.</summary>
    public ConcurrentDictionary<long, int> Submitted { get; } = [];

    /// <summary>How many it has issued.</summary>
    public int Issued => _asked.Count(asked => asked.Value >= queries);

    public string Name => "late";

    public SupplierTiming Timing { get; } =
        new(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));

    public bool CanQuery => true;

    public IReadOnlySet<string> HarmlessFields { get; } = new HashSet<string>();

    public IReadOnlyList<string> Check(JsonElement settings) => [];

    public ISupplier Create(JsonElement settings, SupplierHttp http, TimeProvider time) => this;

    public Task<SupplierAnswer> IssueAsync(SupplierRequest request, SendPermit permit, CancellationToken cancellation)
    {
        Assert.True(permit.TryUse(this));
        Submitted.AddOrUpdate(request.AttemptId, 1, (_, times) => times + 1);
        return Answer(new SupplierOutcome.Processing());
    }

    public Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation) =>
        Answer(_asked.AddOrUpdate(request.AttemptId, 1, (_, times) => times + 1) >= queries ? new SupplierOutcome.Issued([]) : new SupplierOutcome.Processing());

    public Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation) => Task.FromResult<SupplierBalance?>(null);

    public Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<SupplierProduct>?>(null);

    public ParsedCallback ParseCallback(CallbackRequest request) => throw new NotSupportedException();

    private static Task<SupplierAnswer> Answer(SupplierOutcome outcome) => Task.FromResult<SupplierAnswer>(new SupplierAnswer.Answered(outcome, null));
}
