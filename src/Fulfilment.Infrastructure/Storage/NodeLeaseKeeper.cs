using System.Security.Cryptography;
using Fulfilment.Core.Ids;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// Holds a node number for this process from start to dispose, so that its <see cref="IdGenerator"/> may make ids. Hosts and commands alike begin with it.
/// When the lease is lost (a stall, a clock that was moved) ids stop by their deadline and another number is taken as soon as the database answers.
/// </summary>
public sealed partial class NodeLeaseKeeper : IAsyncDisposable
{
    /// <summary>Between two renewals: three may fail before the lease ends.</summary>
    public static readonly TimeSpan RenewalPeriod = TimeSpan.FromSeconds(15);

    private readonly NodeLeaseStore _store;
    private readonly IdGenerator _ids;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _one = new(1);
    private string _token;
    private NodeLease? _lease;
    private Task _renewals = Task.CompletedTask;

    private NodeLeaseKeeper(NodeLeaseStore store, IdGenerator ids, TimeProvider time, ILogger logger)
    {
        (_store, _ids, _time, _logger) = (store, ids, time, logger);
        _token = NewToken();
    }

    /// <summary>Takes a node number, lets <paramref name="ids"/> use it, and keeps it until disposed. Throws when the database cannot be written or no number is free.</summary>
    public static async Task<NodeLeaseKeeper> StartAsync(NodeLeaseStore store, IdGenerator ids, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(ids);
        var keeper = new NodeLeaseKeeper(store, ids, time, logger);
        await keeper.AcquireAsync().ConfigureAwait(false);
        keeper._renewals = keeper.KeepAsync();
        return keeper;
    }

    /// <summary>Stops making ids and gives the number back. Nothing that makes ids may run any more, or it gets <see cref="NodeLeaseLostException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _renewals.ConfigureAwait(false);
        _stop.Dispose();
        _one.Dispose();
        var madeUntilMs = _ids.Stop();
        if (_lease is { } lease)
        {
            await ReleaseAsync(lease, madeUntilMs).ConfigureAwait(false);
        }
    }

    /// <summary>Renews now, so that the database learns at once what this process says of itself: its keys.</summary>
    public async Task RenewAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            await RenewLeaseAsync().ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Whether this process makes no ids because its clock and the database's are too far apart.</summary>
    public bool IsClockOff { get; private set; }

    private async Task RenewLeaseAsync()
    {
        try
        {
            await RenewOrAcquireAsync().ConfigureAwait(false);
            IsClockOff = false;
        }
        catch (ClockSkewException)
        {
            // At once, and not only when the lease ends: ids would carry times that are wrong. The number is free when the lease ends; another is taken
            // as soon as the clocks agree.
            IsClockOff = true;
            _ids.Stop();
            _lease = null;
            _token = NewToken();
            throw;
        }
    }

    private async Task RenewOrAcquireAsync()
    {
        if (_lease is { } held && await _store.RenewAsync(held, _token).ConfigureAwait(false) is { } renewed)
        {
            Use(renewed);
            return;
        }

        if (_lease is { } lost)
        {
            LogLost(lost.Node);
            _lease = null;
        }

        // A new token: a renewal of the old lease that is still on its way must not find its number again.
        _token = NewToken();
        await AcquireAsync().ConfigureAwait(false);
    }

    private async Task AcquireAsync()
    {
        var lease = await _store.AcquireAsync(_token).ConfigureAwait(false);
        Use(lease);
        LogAcquired(lease.Node);
    }

    private void Use(NodeLease lease)
    {
        _ids.Use(lease);
        _lease = lease;
    }

    private async Task KeepAsync()
    {
        using var timer = new PeriodicTimer(RenewalPeriod, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                try
                {
                    await RenewAsync().ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Whatever it is, the next tick tries again; ids stop by the lease's deadline.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    LogRenewalFailed(exception);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task ReleaseAsync(NodeLease lease, long madeUntilMs)
    {
        try
        {
            await _store.ReleaseAsync(lease, _token, madeUntilMs).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A lease that is not given back ends by itself within a minute.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogReleaseFailed(exception, lease.Node);
        }
    }

    private static string NewToken() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    [LoggerMessage(Level = LogLevel.Debug, Message = "This process makes ids as node {Node}.")]
    private partial void LogAcquired(int node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of node {Node} was lost: the process stalled for long or its clock was moved. Another number is taken.")]
    private partial void LogLost(int node);

    [LoggerMessage(Level = LogLevel.Error, Message = "The node lease could not be renewed; this process makes no ids once it ends.")]
    private partial void LogRenewalFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} could not be given back; it is free again within a minute.")]
    private partial void LogReleaseFailed(Exception exception, int node);
}
