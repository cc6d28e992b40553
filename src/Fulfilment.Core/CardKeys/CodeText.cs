using System.Diagnostics;

namespace Fulfilment.Core.CardKeys;

/// <summary>
/// The plain text of a card key. Only an import and an authorised reveal hold one; it prints as its
/// type's name, so that a log line or an exception which is handed one gives nothing away.
/// </summary>
/// <param name="Number">The card number (卡号), where the card has one.</param>
/// <param name="Secret">The password or code (密码, 卡密).</param>
[DebuggerDisplay("CodeText")]
public readonly record struct CodeText(string? Number, string Secret)
{
    /// <summary>What keeps this text from being a code; an importer rejects the row with it.</summary>
    public CodeTextProblem Problem
    {
        get
        {
            // A missing secret comes first: a row with nothing in it is the commonest fault by far.
            if (string.IsNullOrEmpty(Secret))
            {
                return CodeTextProblem.SecretMissing;
            }

            if (!WellFormedText.Is(Number) || !WellFormedText.Is(Secret))
            {
                return CodeTextProblem.Malformed;
            }

            return CodeNormalisation.LeavesNothingOf(Secret) ? CodeTextProblem.SecretMissing : CodeTextProblem.None;
        }
    }

    /// <summary>The type's name and nothing of the content.</summary>
    public override string ToString() => nameof(CodeText);
}

/// <summary>What keeps a text from being a code.</summary>
public enum CodeTextProblem
{
    /// <summary>It is a code.</summary>
    None,

    /// <summary>There is no secret, or nothing in it but spaces and hyphens: all such rows would be each other's duplicates.</summary>
    SecretMissing,

    /// <summary>The number or the secret holds half of a surrogate pair.</summary>
    Malformed,
}
