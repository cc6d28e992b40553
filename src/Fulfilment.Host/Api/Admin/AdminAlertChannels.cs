using Fulfilment.Core.Alerts;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Host.Api.Callers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>The ways in which people are told of alerts, and how they get on.</summary>
internal static class AdminAlertChannels
{
    public static void MapAdminAlertChannels(this RouteGroupBuilder admin)
    {
        admin.MapGet("/alerts/channels", ListAsync).WithName("ListAlertChannels").WithSummary("Shows the channels of alerts and how they get on.");
        admin.MapPost("/alerts/channels/{name}/test", TestAsync).WithName("TestAlertChannel").WithSummary("Sends a test message and tells the answer.");
    }

    private static async Task<Ok<AlertChannelsAnswer>> ListAsync(AlertPolicy policy, INotificationStore store, CancellationToken cancellation)
    {
        var states = (await store.FindStatesAsync(cancellation)).ToDictionary(state => state.Name, StringComparer.Ordinal);
        var gone = states.Values.Where(state => state.Waiting > 0 && policy.Channels.All(channel => channel.Name != state.Name)).OrderBy(state => state.Name, StringComparer.Ordinal);
        return TypedResults.Ok(new AlertChannelsAnswer(
            [.. policy.Channels.Select(channel => AlertChannelAnswer.Of(channel.Name, channel, states.GetValueOrDefault(channel.Name))), .. gone.Select(state => AlertChannelAnswer.Of(state.Name, null, state))]));
    }

    private static async Task<Results<Ok<ChannelTestAnswer>, ProblemResult>> TestAsync(string name, Caller caller, TestChannel test, CancellationToken cancellation)
    {
        var tested = await test.RunAsync(name, caller.Actor, cancellation);
        return tested.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(new ChannelTestAnswer(tested.Value.IsSent, tested.Value.Detail));
    }
}

/// <summary>All channels; there are few.</summary>
internal sealed record AlertChannelsAnswer(IReadOnlyList<AlertChannelAnswer> Data);

/// <summary>A channel. Its address and secret stand in the settings alone.</summary>
internal sealed record AlertChannelAnswer(
    string Name, AlertChannelType? Type, AlertSeverity? MinSeverity, IReadOnlyList<AlertKind>? Kinds, EscalationUse? Escalations, string? QuietHours,
    long Waiting, DateTimeOffset? OldestAt, DateTimeOffset? SentAt, long Failures, DateTimeOffset? FailedAt, string? LastError, DateTimeOffset? RestsUntil, long GivenUp)
{
    /// <param name="channel">As it is set up on this host; null: it is not.</param>
    public static AlertChannelAnswer Of(string name, AlertChannel? channel, ChannelState? state) => new(
        name, channel?.Type, channel?.MinSeverity, channel?.Kinds?.Order().ToList(), channel?.Escalations, channel?.Quiet is { } quiet ? $"{quiet.From:HH:mm}-{quiet.To:HH:mm}" : null,
        state?.Waiting ?? 0, state?.OldestAt, state?.SentAt, state?.Failures ?? 0, state?.FailedAt, state?.LastError, state is { Failures: > 0 } ? state.NextAt : null, state?.GivenUp ?? 0);
}

/// <summary>What a test message came to.</summary>
internal sealed record ChannelTestAnswer(bool Sent, string Detail);
