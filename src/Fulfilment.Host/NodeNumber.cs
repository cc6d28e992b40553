using Fulfilment.Core.Ids;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>This process's node number, from <see cref="TakeAsync"/> until the services are disposed: after all that makes ids, before the database.</summary>
internal sealed class NodeNumber(NodeLeaseStore store, IdGenerator ids, TimeProvider time, ILogger<NodeLeaseKeeper> logger) : IAsyncDisposable
{
    private NodeLeaseKeeper? _keeper;

    /// <exception cref="SetupException">No number is free.</exception>
    public async Task TakeAsync()
    {
        try
        {
            _keeper = await NodeLeaseKeeper.StartAsync(store, ids, time, logger);
        }
        catch (InvalidOperationException exception)
        {
            throw new SetupException(exception.Message, exception);
        }
    }

    /// <summary>Whether this process makes no ids because its clock and the database's are too far apart.</summary>
    public bool IsClockOff => _keeper?.IsClockOff ?? false;

    /// <summary>Lets the database know at once what changed in this process.</summary>
    public Task RenewAsync() => _keeper?.RenewAsync() ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _keeper?.DisposeAsync() ?? default;
}
