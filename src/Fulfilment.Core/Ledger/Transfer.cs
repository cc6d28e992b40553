namespace Fulfilment.Core.Ledger;

/// <summary>
/// One movement of money from one account to another, append-only. Debit and credit are the same amount by construction,
/// so the books balance as long as every transfer is whole.
/// </summary>
/// <param name="Id">Time-ordered.</param>
/// <param name="Kind">Why money moved.</param>
/// <param name="Debit">The account debited.</param>
/// <param name="Credit">The account credited.</param>
/// <param name="Amount">More than zero.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="OrderId">The order it belongs to, if any.</param>
public sealed record Transfer(long Id, TransferKind Kind, Account Debit, Account Credit, Money Amount, string Currency, long? OrderId);

/// <summary>An account: what it is, and whose or of what. It exists as soon as a transfer names it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Subject">Storefront, SKU or batch id, as the kind says; 0 where there is one account only.</param>
public readonly record struct Account(AccountKind Kind, long Subject)
{
    /// <summary>What a postpaid storefront owes us.</summary>
    public static Account Receivable(long storefrontId) => new(AccountKind.Receivable, storefrontId);

    /// <summary>What a prepaid storefront has deposited with us.</summary>
    public static Account Deposit(long storefrontId) => new(AccountKind.Deposit, storefrontId);

    /// <summary>What sales of a SKU brought in.</summary>
    public static Account Revenue(long skuId) => new(AccountKind.Revenue, skuId);

    /// <summary>What the codes sold of a SKU had cost.</summary>
    public static Account CostOfSales(long skuId) => new(AccountKind.CostOfSales, skuId);

    /// <summary>What the unsold codes of a batch cost.</summary>
    public static Account Inventory(long batchId) => new(AccountKind.Inventory, batchId);

    /// <summary>What we owe for a batch.</summary>
    public static Account Payable(long batchId) => new(AccountKind.Payable, batchId);

    /// <summary>What codes of a SKU had cost that were voided or expired unsold.</summary>
    public static Account WriteOff(long skuId) => new(AccountKind.WriteOff, skuId);

    /// <summary>What we owe a supplier for units it issued when asked.</summary>
    public static Account SupplierPayable(long supplierId) => new(AccountKind.SupplierPayable, supplierId);

    /// <summary>What a supplier may charge for units that we did not deliver, until a person has settled it.</summary>
    public static Account Disputed(long supplierId) => new(AccountKind.Disputed, supplierId);

    /// <summary>What settled discrepancies with a supplier cost us.</summary>
    public static Account SupplierDifference(long supplierId) => new(AccountKind.SupplierDifference, supplierId);

    /// <summary>Money received.</summary>
    public static Account Cash => new(AccountKind.Cash, 0);
}

/// <summary>The chart of accounts. Stored as numbers.</summary>
public enum AccountKind
{
    /// <summary>Asset, by storefront.</summary>
    Receivable = 1,

    /// <summary>Liability, by storefront.</summary>
    Deposit = 2,

    /// <summary>Income, by SKU.</summary>
    Revenue = 3,

    /// <summary>Expense, by SKU.</summary>
    CostOfSales = 4,

    /// <summary>Asset, by batch.</summary>
    Inventory = 5,

    /// <summary>Liability, by batch.</summary>
    Payable = 6,

    /// <summary>Asset.</summary>
    Cash = 7,

    /// <summary>Expense, by SKU.</summary>
    WriteOff = 8,

    /// <summary>Liability, by supplier.</summary>
    SupplierPayable = 9,

    /// <summary>Asset, by supplier.</summary>
    Disputed = 10,

    /// <summary>Expense, by supplier: what was accepted though nothing was delivered for it, less what was delivered and not charged.</summary>
    SupplierDifference = 11,
}

/// <summary>Why money moved. Stored as numbers.</summary>
public enum TransferKind
{
    /// <summary>Units delivered to a storefront: Receivable or Deposit to Revenue.</summary>
    Sale = 1,

    /// <summary>Their codes left the stock: CostOfSales from Inventory, or from Payable where they were consigned; or a supplier issued them: from SupplierPayable.</summary>
    CostOfSale = 2,

    /// <summary>Purchased codes came into stock: Inventory from Payable.</summary>
    Purchase = 3,

    /// <summary>A storefront paid: Cash to Deposit or Receivable.</summary>
    Deposit = 4,

    /// <summary>A delivered unit's price went back to the storefront: Revenue to Receivable or Deposit.</summary>
    Refund = 5,

    /// <summary>Purchased codes were voided or expired unsold: WriteOff from Inventory.</summary>
    WriteOff = 6,

    /// <summary>A supplier issued what we could not deliver: Disputed from SupplierPayable.</summary>
    Dispute = 7,

    /// <summary>
    /// A discrepancy was settled. What was disputed: SupplierDifference from Disputed when we owe it, SupplierPayable from Disputed when we do not. What was
    /// posted as charged and is not: SupplierPayable from SupplierDifference, or the other way round where more is owed than was charged.
    /// </summary>
    Settlement = 8,
}

/// <summary>Which accounts each kind of transfer moves money between.</summary>
public static class TransferRules
{
    /// <summary>Every combination there may be.</summary>
    public static readonly IReadOnlyList<(TransferKind Kind, AccountKind Debit, AccountKind Credit)> Allowed =
    [
        (TransferKind.Sale, AccountKind.Receivable, AccountKind.Revenue),
        (TransferKind.Sale, AccountKind.Deposit, AccountKind.Revenue),
        (TransferKind.CostOfSale, AccountKind.CostOfSales, AccountKind.Inventory),
        (TransferKind.CostOfSale, AccountKind.CostOfSales, AccountKind.Payable),
        (TransferKind.CostOfSale, AccountKind.CostOfSales, AccountKind.SupplierPayable),
        (TransferKind.Purchase, AccountKind.Inventory, AccountKind.Payable),
        (TransferKind.Deposit, AccountKind.Cash, AccountKind.Deposit),
        (TransferKind.Deposit, AccountKind.Cash, AccountKind.Receivable),
        (TransferKind.Refund, AccountKind.Revenue, AccountKind.Receivable),
        (TransferKind.Refund, AccountKind.Revenue, AccountKind.Deposit),
        (TransferKind.WriteOff, AccountKind.WriteOff, AccountKind.Inventory),
        (TransferKind.Dispute, AccountKind.Disputed, AccountKind.SupplierPayable),
        (TransferKind.Settlement, AccountKind.SupplierDifference, AccountKind.Disputed),
        (TransferKind.Settlement, AccountKind.SupplierPayable, AccountKind.Disputed),
        (TransferKind.Settlement, AccountKind.SupplierPayable, AccountKind.SupplierDifference),
        (TransferKind.Settlement, AccountKind.SupplierDifference, AccountKind.SupplierPayable),
    ];
}
