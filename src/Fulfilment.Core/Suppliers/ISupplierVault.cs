namespace Fulfilment.Core.Suppliers;

/// <summary>
/// Encrypts what is between a supplier and us for storage: its settings, which hold secrets, and what it answered, which may hold codes and recipients.
/// Uses the codes' encryption keys in a domain of its own: what was protected here never opens as a code or as personal data, nor the other way round.
/// Safe for any number of threads.
/// </summary>
public interface ISupplierVault
{
    /// <summary>Encrypts a supplier's settings for it.</summary>
    /// <exception cref="MalformedTextException">An unpaired surrogate.</exception>
    byte[] ProtectSettings(long supplierId, string json);

    /// <summary>Gives back exactly the settings that were protected for this supplier.</summary>
    /// <exception cref="SupplierVaultException">The value cannot be opened, or belongs to something else.</exception>
    string RevealSettings(long supplierId, ReadOnlySpan<byte> protectedSettings);

    /// <summary>Encrypts what a supplier sent for the row that keeps it, byte for byte.</summary>
    byte[] ProtectAnswer(long rowId, ReadOnlySpan<byte> body);

    /// <summary>Gives back exactly the bytes that were protected for this row.</summary>
    /// <exception cref="SupplierVaultException">The value cannot be opened, or belongs to something else.</exception>
    byte[] RevealAnswer(long rowId, ReadOnlySpan<byte> protectedBody);
}
