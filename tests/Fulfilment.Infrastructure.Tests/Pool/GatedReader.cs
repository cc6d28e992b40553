using Fulfilment.Infrastructure.Pool;

namespace Fulfilment.Infrastructure.Tests.Pool;

/// <summary>Counts reads, holds them up, or fails them.</summary>
internal sealed class GatedReader : ICardKeyWindowReader
{
    private int _reads;
    private volatile Gate? _gate;

    public ICardKeyWindowReader Inner { get; set; } = null!;

    public int Reads => Volatile.Read(ref _reads);

    public bool Failing { get; set; }

    /// <summary>The next reads wait until the gate is opened: before they look at the table, or after.</summary>
    public Gate Close(bool afterReading = false) => _gate = new Gate(afterReading);

    /// <summary>Later reads wait no more; those that do, still do.</summary>
    public void Release() => _gate = null;

    public async Task<int> ReadAsync(long skuId, WindowKey after, Memory<WindowKey> destination, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _reads);
        if (Failing)
        {
            throw new IOException("The disk is gone.");
        }

        var gate = _gate;
        if (gate is { AfterReading: false })
        {
            await gate.PassAsync();
        }

        var count = await Inner.ReadAsync(skuId, after, destination, cancellation);
        if (gate is { AfterReading: true })
        {
            await gate.PassAsync();
        }

        return count;
    }

    public Task<long> StockVersionAsync(CancellationToken cancellation) => Inner.StockVersionAsync(cancellation);

    public sealed class Gate(bool afterReading)
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool AfterReading => afterReading;

        public Task Reached => _reached.Task;

        public void Open() => _open.TrySetResult();

        public Task PassAsync()
        {
            _reached.TrySetResult();
            return _open.Task;
        }
    }
}
