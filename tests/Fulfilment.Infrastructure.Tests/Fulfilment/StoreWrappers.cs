using Fulfilment.Core.Fulfilment;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>Passes everything on; what it derives from it does something else with transactions.</summary>
internal abstract class WrappedStore(IFulfilmentStore inner) : IFulfilmentStore
{
    protected IFulfilmentStore Inner { get; } = inner;

    public Task<IReadOnlyList<PendingUnit>> FindPendingAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => Inner.FindPendingAsync(now, limit, cancellation);

    public Task<IReadOnlyList<SubmittedUnit>> FindSubmittedAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => Inner.FindSubmittedAsync(now, limit, cancellation);

    public Task<IReadOnlyList<long>> FindOrdersAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => Inner.FindOrdersAsync(now, limit, cancellation);

    public abstract Task<T> RunAsync<T>(Func<IFulfilmentTransaction, ValueTask<T>> work);
}

/// <summary>Counts transactions.</summary>
internal sealed class CountingStore(IFulfilmentStore inner) : WrappedStore(inner)
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public override Task<T> RunAsync<T>(Func<IFulfilmentTransaction, ValueTask<T>> work)
    {
        Interlocked.Increment(ref _count);
        return Inner.RunAsync(work);
    }
}

/// <summary>Runs each transaction twice, as a process that is not sure whether the first was stored.</summary>
internal sealed class RepeatingStore(IFulfilmentStore inner) : WrappedStore(inner)
{
    public override async Task<T> RunAsync<T>(Func<IFulfilmentTransaction, ValueTask<T>> work)
    {
        var first = await Inner.RunAsync(work);
        await Inner.RunAsync(work);
        return first;
    }
}

/// <summary>Its process dies at one commit, right before it or right after: from then on nothing of it goes on, ever.</summary>
internal sealed class DyingStore(IFulfilmentStore inner, int at, bool afterCommit) : WrappedStore(inner)
{
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    public Task Died => _died.Task;

    public override async Task<T> RunAsync<T>(Func<IFulfilmentTransaction, ValueTask<T>> work)
    {
        var mine = Interlocked.Increment(ref _count);
        if (mine > at || (mine == at && !afterCommit))
        {
            return await DieAsync<T>();
        }

        var result = await Inner.RunAsync(work);
        return mine == at ? await DieAsync<T>() : result;
    }

    private Task<T> DieAsync<T>()
    {
        _died.TrySetResult();
        return new TaskCompletionSource<T>().Task;
    }
}
