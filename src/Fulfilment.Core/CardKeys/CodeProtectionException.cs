using System.Globalization;

namespace Fulfilment.Core.CardKeys;

/// <summary>A stored code could not be opened. Names the card key; never holds content, plain or encrypted.</summary>
public sealed class CodeProtectionException : Exception
{
    public CodeProtectionException()
    {
    }

    public CodeProtectionException(string message)
        : base(message)
    {
    }

    public CodeProtectionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <param name="cardKeyId">The card key whose code it should have been.</param>
    /// <param name="failure">What is wrong with the stored value.</param>
    /// <param name="keyId">The encryption key the value names, where it could be read.</param>
    public CodeProtectionException(long cardKeyId, ProtectionFailure failure, byte? keyId)
        : base(Sentence(cardKeyId, failure, keyId))
    {
        CardKeyId = cardKeyId;
        Failure = failure;
    }

    public long CardKeyId { get; }

    public ProtectionFailure Failure { get; }

    private static string Sentence(long cardKeyId, ProtectionFailure failure, byte? keyId)
    {
        var reason = failure switch
        {
            ProtectionFailure.Unreadable => "it is not in a format this version knows.",
            ProtectionFailure.UnknownKey => $"it was made with encryption key {keyId}, which this host has not loaded.",
            ProtectionFailure.NotAuthentic => "it was changed, or belongs to another card key, or was made with another key of the same id.",
        };
        return string.Create(CultureInfo.InvariantCulture, $"The code of card key {cardKeyId} cannot be opened: {reason}");
    }
}
