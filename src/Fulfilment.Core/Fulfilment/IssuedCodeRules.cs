using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment;

/// <summary>What may be delivered as a code. A supplier's "out of stock" in the place of a code is a message and no benefit, whatever its status says.</summary>
public static class IssuedCodeRules
{
    private const int LongestText = 2_000;

    /// <summary>Why it cannot be delivered, in a word; null: it can.</summary>
    /// <param name="issued">As the supplier sent it.</param>
    /// <param name="today">Day number: a code that has ended is worth nothing.</param>
    public static string? Fault(IssuedCode issued, int today)
    {
        ArgumentNullException.ThrowIfNull(issued);
        var (number, secret) = (issued.Code.Number ?? "", issued.Code.Secret ?? "");
        return issued.Code.Problem switch
        {
            CodeTextProblem.SecretMissing => "empty",
            CodeTextProblem.Malformed => "malformed",
            _ when number.Length > LongestText || secret.Length > LongestText => "too_long",
            _ when number.Any(char.IsControl) || secret.Any(char.IsControl) => "control_characters",
            _ when !issued.HasKnownForm && IsSentence(secret) => "message",
            _ when issued.ExpiresOn is { } last && last.DayNumber < today => "expired",
            _ => null,
        };
    }

    // Codes have digits, or are one run of letters; what has neither a digit nor an end of its words is written for people.
    private static bool IsSentence(string secret)
    {
        var text = secret.Trim();
        return text.Contains('<', StringComparison.Ordinal) && text.Contains('>', StringComparison.Ordinal)
            || (!text.Any(char.IsDigit) && text.Any(character => char.IsWhiteSpace(character) || char.IsLetter(character) && !char.IsAscii(character)));
    }
}
