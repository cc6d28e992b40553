using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Suppliers;

/// <summary>Opens what suppliers said, as it is stored, and masks it for people by what each supplier's adapter names as harmless.</summary>
public sealed class MaskedAnswers(ISuppliers suppliers, ISupplierVault vault, ICatalogue catalogue)
{
    private static readonly IReadOnlySet<string> Nothing = new HashSet<string>();

    /// <summary>The answer as text.</summary>
    /// <param name="supplierId">Who said it.</param>
    /// <param name="rowId">The row that keeps it.</param>
    /// <param name="body">Encrypted for that row.</param>
    public string Show(long supplierId, long rowId, byte[] body)
    {
        var supplier = catalogue.Current.Suppliers.FirstOrDefault(known => known.Id == supplierId);
        var harmless = supplier is null ? null : suppliers.Find(supplier.Code)?.HarmlessFields;
        return AnswerMask.Mask(vault.RevealAnswer(rowId, body), harmless ?? Nothing);
    }
}
