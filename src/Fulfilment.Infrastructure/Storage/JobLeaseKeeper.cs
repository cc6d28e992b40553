using System.Security.Cryptography;
using Fulfilment.Core.Jobs;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// Holds the leases of this process's recurring jobs, as many of them as no other process holds, until it is disposed. All of them are renewed in
/// one write, and where their jobs stand goes with it: looks that found nothing are seen, and cost no write of their own.
/// </summary>
/// <param name="store">Where the leases are.</param>
/// <param name="jobs">The jobs that this process can run.</param>
/// <param name="time">The clock by which this process stops believing in a lease.</param>
/// <param name="logger">Gets what went wrong.</param>
public sealed partial class JobLeaseKeeper(JobLeaseStore store, IReadOnlyCollection<string> jobs, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Between two renewals, and between two attempts at leases that others hold: two may fail before a lease ends.</summary>
    public static readonly TimeSpan RenewalPeriod = TimeSpan.FromSeconds(10);

    private readonly string _holder = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, CancellationTokenSource> _held = [];
    private readonly HashSet<string> _left = [];
    private long? _askedAt;
    private long _deadline;

    /// <summary>Where jobs stand, as far as it is not written yet.</summary>
    public Func<IReadOnlyCollection<JobProgress>> Unwritten { get; init; } = () => [];

    /// <summary>It is written now, or is no longer this process's to write.</summary>
    public Action<JobProgress> Wrote { get; init; } = _ => { };

    /// <summary>The token that ends with the lease of <paramref name="job"/>; null while another process holds it, or while the database does not answer.</summary>
    public async Task<CancellationToken?> FindAsync(string job)
    {
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            if (Find(job) is { } held)
            {
                return held;
            }

            // Jobs look every second; the database is asked less often.
            if (_askedAt is { } at && time.GetElapsedTime(at) < RenewalPeriod)
            {
                return null;
            }

            await HoldAsync().ConfigureAwait(false);
            return Find(job);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Renews until cancelled.</summary>
    public async Task KeepAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(RenewalPeriod, time);
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
        {
            await TryRenewAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Hands one lease back and takes it no more until <paramref name="end"/> has completed: what still runs under it does not listen.</summary>
    public async Task LeaveAsync(string job, Task end)
    {
        ArgumentNullException.ThrowIfNull(end);
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            _left.Add(job);
            await LoseAsync(job).ConfigureAwait(false);
            await store.ReleaseAsync(_holder, job).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }

        _ = end.ContinueWith(_ => ReturnAsync(job), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Hands the leases back, so that another process need not wait for their end. Nothing of this process may use them any more.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var held in _held.Values)
        {
            held.Dispose();
        }

        _held.Clear();
        _one.Dispose();
        try
        {
            await store.ReleaseAsync(_holder).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // What is not handed back ends by itself.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogReleaseFailed(exception);
        }
    }

    /// <summary>Renews now what is held, and takes what has become free.</summary>
    internal async Task RenewAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            await HoldAsync().ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    // The deadline and not only the token: after a stall a job may ask before the token's timer has fired.
    private CancellationToken? Find(string job) =>
        _held.TryGetValue(job, out var held) && !held.IsCancellationRequested && time.GetTimestamp() < _deadline ? held.Token : null;

    private async Task HoldAsync()
    {
        // Read before the database is asked: a pause in between then shortens the lease here, never there.
        var asked = time.GetTimestamp();
        _askedAt = asked;
        var unwritten = Unwritten();
        var held = await store.HoldAsync(_holder, [.. jobs.Where(job => !_left.Contains(job))], unwritten).ConfigureAwait(false);
        foreach (var progress in unwritten)
        {
            Wrote(progress);
        }

        _deadline = asked + (long)(JobLeaseStore.Duration.TotalSeconds * time.TimestampFrequency);
        foreach (var job in jobs)
        {
            if (held.Contains(job))
            {
                Extend(job, time.GetElapsedTime(time.GetTimestamp(), _deadline));
            }
            else
            {
                await LoseAsync(job).ConfigureAwait(false);
            }
        }
    }

    private async Task LoseAsync(string job)
    {
        if (_held.Remove(job, out var lost))
        {
            await lost.CancelAsync().ConfigureAwait(false);
            lost.Dispose();
        }
    }

    private async Task ReturnAsync(string job)
    {
        try
        {
            await _one.WaitAsync().ConfigureAwait(false);
            _left.Remove(job);
            _one.Release();
        }
        catch (ObjectDisposedException)
        {
            // The process hands everything back.
        }
    }

    private void Extend(string job, TimeSpan left)
    {
        left = left < TimeSpan.Zero ? TimeSpan.Zero : left;
        if (_held.TryGetValue(job, out var held))
        {
            held.CancelAfter(left);
            if (!held.IsCancellationRequested)
            {
                return;
            }

            // It ended, and nobody has taken it since.
            held.Dispose();
        }

        _held[job] = new CancellationTokenSource(left, time);
    }

    private async Task TryRenewAsync()
    {
        try
        {
            await RenewAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, the next tick tries again; what is held ends by its deadline.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogRenewalFailed(exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The leases of the recurring jobs could not be renewed; another host takes the jobs over once they end.")]
    private partial void LogRenewalFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The leases of the recurring jobs could not be handed back; they are free again within half a minute.")]
    private partial void LogReleaseFailed(Exception exception);
}
