namespace Fulfilment.Core.Alerts;

/// <summary>The same in both languages, said from the same numbers. Never holds codes, recipients or keys.</summary>
/// <param name="English">For the API, the log and channels in English.</param>
/// <param name="Chinese">For channels in simplified Chinese.</param>
public sealed record AlertText(string English, string Chinese)
{
    /// <summary>Numbers and times come out the same on every host.</summary>
    public static AlertText Of(FormattableString english, FormattableString chinese) =>
        new(FormattableString.Invariant(english), FormattableString.Invariant(chinese));

    /// <summary>One sentence after the other.</summary>
    public static AlertText operator +(AlertText one, AlertText next)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(next);
        return new AlertText($"{one.English} {next.English}", one.Chinese + next.Chinese);
    }
}
