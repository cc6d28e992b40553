namespace Fulfilment.Core.Orders;

/// <summary>A stored recipient or contact could not be opened. Names its owner; never holds content, plain or encrypted.</summary>
public sealed class PersonalDataProtectionException : Exception
{
    public PersonalDataProtectionException()
    {
    }

    public PersonalDataProtectionException(string message)
        : base(message)
    {
    }

    public PersonalDataProtectionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <param name="ownerId">The row whose personal data it should have been.</param>
    /// <param name="failure">What is wrong with the stored value.</param>
    /// <param name="keyId">The encryption key the value names, where it could be read.</param>
    public PersonalDataProtectionException(long ownerId, ProtectionFailure failure, byte? keyId)
        : base(ProtectionFailures.Sentence($"The personal data of {ownerId}", "owner", failure, keyId))
    {
        OwnerId = ownerId;
        Failure = failure;
    }

    public long OwnerId { get; }

    public ProtectionFailure Failure { get; }
}
