using Dapper;
using Fulfilment.Core.Jobs;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Leases of recurring jobs in the table <c>job_leases</c>.</summary>
/// <param name="database">Where they are.</param>
/// <param name="time">The node's clock, and that of leases where the database has none.</param>
public sealed class JobLeaseStore(IDatabase database, TimeProvider time)
{
    /// <summary>How long a lease lasts: what a crashed process held is taken over within this and one renewal period.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    private readonly LeaseClock _clock = LeaseClock.Of(database, time);

    /// <summary>
    /// Takes those of <paramref name="jobs"/> that are free, renews those that are <paramref name="holder"/>'s, and answers all it holds now. Where those stand is
    /// written too.
    /// </summary>
    /// <exception cref="ClockSkewException">The node's clock is off: it also decides what a job finds due.</exception>
    public Task<IReadOnlyCollection<string>> HoldAsync(
        string holder, IReadOnlyCollection<string> jobs, IReadOnlyCollection<JobProgress> stands) => database.WriteGuardedAsync<IReadOnlyCollection<string>>(async connection =>
    {
        var now = await _clock.NowMsAsync(connection).ConfigureAwait(false);
        var until = now + (long)Duration.TotalMilliseconds;
        // A lease that ends later than one taken now was written by a clock that has been set back since; it is nobody's.
        await connection.ExecuteAsync(
            "UPDATE job_leases SET holder = @holder, lease_until = @until WHERE name IN @jobs AND (holder = @holder OR lease_until <= @now OR lease_until > @until)",
            new { holder, until, jobs, now }).ConfigureAwait(false);
        var rows = (await connection.QueryAsync<(string Name, string Holder)>("SELECT name, holder FROM job_leases").ConfigureAwait(false)).ToDictionary(row => row.Name, row => row.Holder);
        foreach (var name in jobs.Where(job => !rows.ContainsKey(job)))
        {
            await connection.ExecuteAsync("INSERT INTO job_leases (name, holder, lease_until) VALUES (@name, @holder, @until)", new { name, holder, until }).ConfigureAwait(false);
            rows.Add(name, holder);
        }

        var held = jobs.Where(job => rows[job] == holder).ToHashSet(StringComparer.Ordinal);
        foreach (var stand in stands.Where(stand => held.Contains(stand.Name)))
        {
            await JobStore.KeepAsync(connection, stand, now).ConfigureAwait(false);
        }

        return held;
    });

    /// <summary>Whether some process runs <paramref name="job"/>.</summary>
    public Task<bool> IsHeldAsync(string job) => database.ReadAsync(async connection =>
    {
        var now = await _clock.NowMsAsync(connection).ConfigureAwait(false);
        return await connection.QueryFirstOrDefaultAsync<string>(
            "SELECT name FROM job_leases WHERE name = @job AND lease_until > @now", new { job, now }).ConfigureAwait(false) is not null;
    });

    /// <summary>Hands one back.</summary>
    public Task ReleaseAsync(string holder, string job) => database.WriteGuardedAsync(connection =>
        connection.ExecuteAsync("UPDATE job_leases SET holder = '', lease_until = 0 WHERE holder = @holder AND name = @job", new { holder, job }));

    /// <summary>Hands everything back, so that another process need not wait for the end of the lease.</summary>
    public Task ReleaseAsync(string holder) => database.WriteGuardedAsync(connection =>
        connection.ExecuteAsync("UPDATE job_leases SET holder = '', lease_until = 0 WHERE holder = @holder", new { holder }));
}
