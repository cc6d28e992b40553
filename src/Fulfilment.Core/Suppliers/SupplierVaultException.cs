namespace Fulfilment.Core.Suppliers;

/// <summary>Settings or an answer of a supplier could not be opened. Names the row; never holds content, plain or encrypted.</summary>
public sealed class SupplierVaultException : Exception
{
    public SupplierVaultException()
    {
    }

    public SupplierVaultException(string message)
        : base(message)
    {
    }

    public SupplierVaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <param name="ownerId">The supplier or row whose value it should have been.</param>
    /// <param name="failure">What is wrong with the stored value.</param>
    /// <param name="keyId">The encryption key the value names, where it could be read.</param>
    public SupplierVaultException(long ownerId, ProtectionFailure failure, byte? keyId)
        : base(ProtectionFailures.Sentence($"What is kept of a supplier under {ownerId}", "owner", failure, keyId))
    {
        OwnerId = ownerId;
        Failure = failure;
    }

    public long OwnerId { get; }

    public ProtectionFailure Failure { get; }
}
