namespace Fulfilment.Core;

/// <summary>Why a protected value could not be opened.</summary>
public enum ProtectionFailure
{
    /// <summary>Too short, of an unknown format, or authentic but not what this version writes.</summary>
    Unreadable,

    /// <summary>Made with an encryption key this host has not loaded: the host lacks a key, the value is sound.</summary>
    UnknownKey,

    /// <summary>Changed since it was written, moved from another row, or made with another key of the same id.</summary>
    NotAuthentic,
}

/// <summary>Says a failure for people, without any content.</summary>
internal static class ProtectionFailures
{
    /// <param name="what">What cannot be opened, with the number of its row: the beginning of the sentence.</param>
    /// <param name="owner">Whose another one's it may be: <c>card key</c>.</param>
    /// <param name="failure">What is wrong with the stored value.</param>
    /// <param name="keyId">The encryption key the value names, where it could be read.</param>
    public static string Sentence(FormattableString what, string owner, ProtectionFailure failure, byte? keyId)
    {
        var reason = failure switch
        {
            ProtectionFailure.Unreadable => "it is not in a format this version knows.",
            ProtectionFailure.UnknownKey => $"it was made with encryption key {keyId}, which this host has not loaded.",
            ProtectionFailure.NotAuthentic => $"it was changed, or belongs to another {owner}, or was made with another key of the same id.",
        };
        return $"{FormattableString.Invariant(what)} cannot be opened: {reason}";
    }
}
