using System.Collections.Concurrent;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>A supplier that does what a test says and keeps its own truth of what arrived and what it issued.</summary>
internal sealed class ScriptedSupplier : ISupplier
{
    private readonly ConcurrentDictionary<string, SupplierOutcome.Issued> _issued = [];

    public SupplierTiming Timing { get; set; } = new(
        TotalTimeout: TimeSpan.FromSeconds(10), FirstQueryAfter: TimeSpan.FromSeconds(5), QueryInterval: TimeSpan.FromSeconds(30),
        QueryWindow: TimeSpan.FromHours(24), NotFoundGrace: TimeSpan.FromMinutes(10));

    public bool CanQuery { get; set; } = true;

    public bool TakesMaxCost { get; set; } = true;

    /// <summary>What it answers to a submission that has arrived.</summary>
    public Func<SupplierRequest, SupplierAnswer> OnIssue { get; set; }

    /// <summary>What it answers to a query; normally what it has issued, or that it knows of no such order.</summary>
    public Func<SupplierRequest, SupplierAnswer> OnQuery { get; set; }

    /// <summary>Before anything is sent.</summary>
    public Func<Task> BeforeSend { get; set; } = () => Task.CompletedTask;

    /// <summary>How often each submission arrived, by reference.</summary>
    public ConcurrentDictionary<string, int> Arrivals { get; } = [];

    /// <summary>Each query, in order.</summary>
    public ConcurrentQueue<string> Queries { get; } = [];

    /// <summary>What it has issued, by reference.</summary>
    public IReadOnlyDictionary<string, SupplierOutcome.Issued> Issued => _issued;

    public ScriptedSupplier()
    {
        OnIssue = request => Answer(Issue(request));
        OnQuery = request => _issued.TryGetValue(request.Reference, out var issued) ? Answer(issued) : new SupplierAnswer.NotFound(Raw("no such order"));
    }

    /// <summary>Issues for real: a code of its own for whoever expects one.</summary>
    public SupplierOutcome.Issued Issue(SupplierRequest request, params string[] codes)
    {
        string[] secrets = codes.Length > 0 ? codes : request.ExpectsCode ? [$"S{request.Reference}"] : [];
        return _issued[request.Reference] = new SupplierOutcome.Issued([.. secrets.Select(secret => new IssuedCode(new CodeText(null, secret)))], $"R-{request.Reference}");
    }

    /// <summary>Issues, and says nothing of it.</summary>
    public SupplierAnswer IssueSilently(SupplierRequest request)
    {
        Issue(request);
        return Unknown();
    }

    public static SupplierAnswer Answer(SupplierOutcome outcome, string raw = "{}") => new SupplierAnswer.Answered(outcome, Raw(raw));

    public static SupplierAnswer Reject(string reason = "no_stock") => Answer(new SupplierOutcome.Rejected(reason));

    public static SupplierAnswer Unknown(string reason = "timeout") => new SupplierAnswer.Answered(new SupplierOutcome.Unknown(reason), null);

    public static RawAnswer Raw(string text) => new(200, System.Text.Encoding.UTF8.GetBytes(text));

    public async Task<SupplierAnswer> IssueAsync(SupplierRequest request, SendPermit permit, CancellationToken cancellation)
    {
        Core.Storage.OpenTransaction.RequireNone();
        await BeforeSend();
        if (!permit.TryUse(this))
        {
            return new SupplierAnswer.NotSent("send_deadline_passed");
        }

        Arrivals.AddOrUpdate(request.Reference, 1, (_, count) => count + 1);
        return OnIssue(request);
    }

    public Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation)
    {
        Core.Storage.OpenTransaction.RequireNone();
        Queries.Enqueue(request.Reference);
        return Task.FromResult(OnQuery(request));
    }

    public Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation) => Task.FromResult<SupplierBalance?>(null);

    public Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<SupplierProduct>?>(null);

    public ParsedCallback ParseCallback(CallbackRequest request) => throw new NotSupportedException();
}

/// <summary>Scripted suppliers by code, each open unless a test says otherwise.</summary>
internal sealed class ScriptedSuppliers : ISuppliers
{
    private readonly ConcurrentDictionary<string, ScriptedSupplier> _byCode = [];
    private int _slots;

    public ScriptedSupplier this[string code] => _byCode.GetOrAdd(code, _ => new ScriptedSupplier());

    /// <summary>Instead of a slot.</summary>
    public ConcurrentDictionary<string, SupplierEntry> Entries { get; } = [];

    /// <summary>Slots that nobody has given back.</summary>
    public int SlotsOut => Volatile.Read(ref _slots);

    /// <summary>Those whose breaker is open.</summary>
    public ConcurrentDictionary<string, bool> OpenBreakers { get; } = [];

    public bool IsBreakerOpen(string code) => OpenBreakers.ContainsKey(code);

    public ISupplier? Find(string code) => _byCode.GetValueOrDefault(code);

    public SupplierEntry Enter(string code)
    {
        if (Entries.TryGetValue(code, out var entry))
        {
            return entry;
        }

        Interlocked.Increment(ref _slots);
        return new SupplierEntry.Open(new SupplierSlot(this[code], () => Interlocked.Decrement(ref _slots)));
    }
}
