using System.Data.Common;
using Dapper;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// The clock of leases: the database's where it has one, so that nodes whose clocks differ agree on when a lease ends. Ids and expiry go by the node's
/// own clock, so one that is off makes no ids.
/// </summary>
/// <param name="databaseNow">Asks the database in Unix milliseconds; null: it has no clock of its own.</param>
/// <param name="time">The node's clock.</param>
internal sealed class LeaseClock(Func<DbConnection, Task<long>>? databaseNow, TimeProvider time)
{
    /// <summary>How far the clocks may be apart.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    public static LeaseClock Of(IDatabase database, TimeProvider time) => new(
        database.Dialect.Clock is { } clock ? connection => connection.ExecuteScalarAsync<long>($"SELECT {clock}") : null, time);

    /// <summary>Unix milliseconds now.</summary>
    /// <exception cref="ClockSkewException">The node's clock is off, however long the answer took.</exception>
    public async Task<long> NowMsAsync(DbConnection connection)
    {
        if (await MeasureAsync(connection).ConfigureAwait(false) is not { } measured)
        {
            return NodeNowMs;
        }

        return Math.Abs(measured.AheadMs) - measured.ErrorMs > Tolerance.TotalMilliseconds
            ? throw new ClockSkewException(TimeSpan.FromMilliseconds(measured.AheadMs))
            : measured.NowMs;
    }

    /// <summary>How far the node's clock is ahead of the database's for certain, in milliseconds; zero where the answer took too long to tell, null without another clock.</summary>
    public async Task<double?> AheadMsAsync(DbConnection connection) =>
        await MeasureAsync(connection).ConfigureAwait(false) is { } measured
            ? Math.Sign(measured.AheadMs) * Math.Max(0, Math.Abs(measured.AheadMs) - measured.ErrorMs)
            : null;

    private async Task<(long NowMs, double AheadMs, double ErrorMs)?> MeasureAsync(DbConnection connection)
    {
        if (databaseNow is null)
        {
            return null;
        }

        var (asked, before) = (time.GetTimestamp(), NodeNowMs);
        var now = await databaseNow(connection).ConfigureAwait(false);

        // The database looked at its clock some time on the way; half of the way is what its answer may be wrong by.
        var halfWay = time.GetElapsedTime(asked).TotalMilliseconds / 2;
        return (now, before + halfWay - now, halfWay);
    }

    private long NodeNowMs => time.GetUtcNow().ToUnixTimeMilliseconds();
}
