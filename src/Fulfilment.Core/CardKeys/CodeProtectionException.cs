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
        : base(ProtectionFailures.Sentence($"The code of card key {cardKeyId}", "card key", failure, keyId))
    {
        CardKeyId = cardKeyId;
        Failure = failure;
    }

    public long CardKeyId { get; }

    public ProtectionFailure Failure { get; }
}
