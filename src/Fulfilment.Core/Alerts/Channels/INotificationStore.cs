namespace Fulfilment.Core.Alerts.Channels;

/// <summary>What is to be told, and to whom. The rows are the work: whoever dies while sending leaves them due.</summary>
public interface INotificationStore
{
    /// <summary>Events that no channel has been given yet, oldest first.</summary>
    Task<IReadOnlyList<WaitingEvent>> FindEventsAsync(int limit, CancellationToken cancellation);

    /// <summary>What has been told about these groups since then.</summary>
    Task<IReadOnlyList<ToldGroup>> FindToldAsync(IReadOnlyCollection<string> groups, DateTimeOffset since, CancellationToken cancellation);

    /// <summary>Those of the groups that have an alert that is not resolved.</summary>
    Task<IReadOnlySet<string>> FindUnresolvedAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation);

    /// <summary>
    /// Gives events to channels: deletes each and writes its notifications, in one transaction. An event that somebody else has given is passed by, and that an
    /// alert is over is given only to channels that have its beginning.
    /// </summary>
    Task AddressAsync(IReadOnlyList<AddressedEvent> events);

    /// <summary>The channels that have something due and may send now.</summary>
    Task<IReadOnlyList<string>> FindDueAsync(CancellationToken cancellation);

    /// <summary>Lets this node alone send on the channel for so long, and tells its failures since its last success; null: another node sends, or the channel rests.</summary>
    Task<int?> TryLeaseAsync(string channel, TimeSpan duration);

    /// <summary>What waits on the channel, due or not, the longest due first.</summary>
    Task<IReadOnlyList<WaitingNotification>> FindWaitingAsync(string channel, int limit);

    /// <summary>Records what became of notifications and of the channel, and ends the lease.</summary>
    Task EndAsync(string channel, SendOutcome outcome);

    /// <summary>Marks as escalated what has been open and unacknowledged as severe as this since before; how many.</summary>
    Task<int> EscalateAsync(AlertSeverity severity, DateTimeOffset before);

    /// <summary>Deletes what ended before, and gives up what was made before and that no node has a channel for; how many were given up.</summary>
    Task<int> TidyAsync(DateTimeOffset endedBefore, DateTimeOffset madeBefore);

    /// <summary>How each channel that has ever sent or has something to send gets on.</summary>
    Task<IReadOnlyList<ChannelState>> FindStatesAsync(CancellationToken cancellation);
}

/// <summary>Something became of an alert, and nobody has been told.</summary>
/// <param name="Alert">As it is now.</param>
/// <param name="Key">Of the alert.</param>
/// <param name="Event">What.</param>
public sealed record WaitingEvent(Alert Alert, string Key, AlertEvent Event)
{
    /// <summary>What is told in one message: the alert's group, or the alert and those of the same cause after it.</summary>
    public string Group => Alert.Group ?? Key;
}

/// <summary>What a channel has told about a group.</summary>
/// <param name="Channel">Which channel.</param>
/// <param name="Group">Which group.</param>
/// <param name="At">When last.</param>
/// <param name="Severity">The worst it told.</param>
public sealed record ToldGroup(string Channel, string Group, DateTimeOffset At, AlertSeverity Severity);

/// <summary>An event and the channels it goes to, each with the time it is due.</summary>
/// <param name="Waiting">The event.</param>
/// <param name="Channels">To whom.</param>
public sealed record AddressedEvent(WaitingEvent Waiting, IReadOnlyList<(string Channel, DateTimeOffset DueAt)> Channels);

/// <summary>An event that a channel is to tell.</summary>
/// <param name="Id">Carries the time it was made.</param>
/// <param name="Event">What.</param>
/// <param name="Group">What is told in one message.</param>
/// <param name="DueAt">Not before.</param>
/// <param name="IsHeld">Whether quiet hours have put it off.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="IsTold">Whether this channel has told of the alert before.</param>
/// <param name="Alert">As it is now.</param>
public sealed record WaitingNotification(long Id, AlertEvent Event, string Group, DateTimeOffset DueAt, bool IsHeld, int Attempts, bool IsTold, Alert Alert)
{
    /// <summary>
    /// Whether the alert is over and nobody has heard of it here. What was tried may have arrived all the same, so its end is told.
    /// </summary>
    public bool IsOver => Alert.Status == AlertStatus.Resolved && !IsTold && Attempts == 0;
}

/// <summary>What became of notifications.</summary>
public sealed record SendOutcome
{
    /// <summary>Those that were sent.</summary>
    public IReadOnlyList<long> Sent { get; init; } = [];

    /// <summary>Those that were over before anybody was told.</summary>
    public IReadOnlyList<long> LeftOut { get; init; } = [];

    /// <summary>Those that could not be sent for too long.</summary>
    public IReadOnlyList<long> GivenUp { get; init; } = [];

    /// <summary>Those that failed and are tried again.</summary>
    public IReadOnlyList<long> Failed { get; init; } = [];

    /// <summary>When those are due.</summary>
    public DateTimeOffset FailedDueAt { get; init; }

    /// <summary>Those that wait for the end of the quiet hours.</summary>
    public IReadOnlyList<long> PutOff { get; init; } = [];

    /// <summary>That end.</summary>
    public DateTimeOffset PutOffUntil { get; init; }

    /// <summary>What the service answered, where it was asked; null: it was not.</summary>
    public SendAnswer? Answer { get; init; }

    /// <summary>The channel sends nothing before.</summary>
    public DateTimeOffset NextAt { get; init; }
}

/// <summary>How a channel gets on.</summary>
/// <param name="Name">Which.</param>
/// <param name="Waiting">What it has yet to tell.</param>
/// <param name="OldestAt">Since when the oldest of it waits.</param>
/// <param name="Failures">Since the last success.</param>
/// <param name="SentAt">When it last sent.</param>
/// <param name="FailedAt">When it last failed.</param>
/// <param name="LastError">Why.</param>
/// <param name="NextAt">It rests until then.</param>
/// <param name="GivenUp">What it could not tell for a day, ever.</param>
public sealed record ChannelState(
    string Name, long Waiting, DateTimeOffset? OldestAt, long Failures, DateTimeOffset? SentAt, DateTimeOffset? FailedAt, string? LastError, DateTimeOffset? NextAt,
    long GivenUp);
