using System.Data.Common;
using Dapper;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Core.Ids;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>How alert channels get on, from what they have yet to tell and what they came to.</summary>
internal static class ChannelStates
{
    public static async Task<IReadOnlyList<ChannelState>> FindAsync(DbConnection connection)
    {
        var waiting = (await connection.QueryAsync<CountRow>(
            "SELECT channel AS Channel, count(*) AS Waiting, min(id) AS Oldest FROM alert_notifications WHERE state = 10 GROUP BY channel").ConfigureAwait(false))
            .ToDictionary(row => row.Channel, StringComparer.Ordinal);
        var channels = (await connection.QueryAsync<ChannelRow>(
            """
            SELECT name AS Name, next_at AS NextAt, failures AS Failures, sent_at AS SentAt, failed_at AS FailedAt, last_error AS LastError, given_up AS GivenUp
            FROM alert_channels
            """).ConfigureAwait(false)).ToDictionary(row => row.Name, StringComparer.Ordinal);
        return [.. waiting.Keys.Union(channels.Keys, StringComparer.Ordinal).Select(name => StateOf(name, waiting.GetValueOrDefault(name), channels.GetValueOrDefault(name)))];
    }

    private static ChannelState StateOf(string name, CountRow? count, ChannelRow? row) => new(
        name, count?.Waiting ?? 0, count is null ? null : IdGenerator.TimeOf(count.Oldest), row?.Failures ?? 0, Time(row?.SentAt), Time(row?.FailedAt), row?.LastError,
        Time(row?.NextAt is 0 ? null : row?.NextAt), row?.GivenUp ?? 0);

    private static DateTimeOffset? Time(long? ms) => ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;

    private sealed class CountRow
    {
        public string Channel { get; init; } = "";

        public long Waiting { get; init; }

        public long Oldest { get; init; }
    }

    private sealed class ChannelRow
    {
        public string Name { get; init; } = "";

        public long NextAt { get; init; }

        public long Failures { get; init; }

        public long? SentAt { get; init; }

        public long? FailedAt { get; init; }

        public string? LastError { get; init; }

        public long GivenUp { get; init; }
    }
}
