namespace Fulfilment.Core.Alerts.Channels;

/// <summary>What one channel is told at once, in words and as data.</summary>
/// <param name="Id">The same for the same content, so that a receiver can tell a repeat.</param>
/// <param name="At">When it was made.</param>
/// <param name="Severity">Of the most severe alert in it that is not over.</param>
/// <param name="Group">The group that it is about; null: about several.</param>
/// <param name="Items">The most severe first, at most <see cref="MostItems"/>.</param>
/// <param name="Count">Of all alerts that it is about.</param>
/// <param name="AtStake">The money of those that are not over, summed by currency.</param>
/// <param name="Text">In the language that is set.</param>
public sealed record AlertMessage(
    string Id, DateTimeOffset At, AlertSeverity Severity, string? Group, IReadOnlyList<AlertItem> Items, int Count, IReadOnlyList<MoneyAtStake> AtStake, MessageText Text)
{
    /// <summary>Alerts that stand in a message; the others are counted.</summary>
    public const int MostItems = 10;
}

/// <summary>An alert in a message.</summary>
/// <param name="Alert">As it is now.</param>
/// <param name="Event">What is told of it.</param>
/// <param name="Link">Where to look; null: nowhere.</param>
public sealed record AlertItem(Alert Alert, AlertEvent Event, string? Link);

/// <summary>A message as plain text in parts; each channel writes them in its own format and escapes them.</summary>
/// <param name="Title">One line.</param>
/// <param name="Blocks">One an alert, and one for the rest.</param>
public sealed record MessageText(string Title, IReadOnlyList<MessageBlock> Blocks);

/// <summary>A part of a message.</summary>
/// <param name="Heading">One line; null: none.</param>
/// <param name="Lines">Sentences.</param>
/// <param name="Link">An address or path; null: none.</param>
public sealed record MessageBlock(string? Heading, IReadOnlyList<string> Lines, string? Link);
