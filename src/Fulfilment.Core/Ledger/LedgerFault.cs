namespace Fulfilment.Core.Ledger;

/// <summary>What can be wrong with money and orders.</summary>
public enum LedgerFault
{
    /// <summary>A transfer moves nothing, or less.</summary>
    AmountNotPositive,

    /// <summary>A transfer is between accounts that its kind does not connect (<see cref="TransferRules"/>).</summary>
    AccountsNotAllowed,

    /// <summary>An order's sales are not the price of its delivered units.</summary>
    SalesDiffer,

    /// <summary>An order's cost is not what its delivered codes had cost.</summary>
    CostDiffers,

    /// <summary>An order's refunds are not the price of its refunded units.</summary>
    RefundsDiffer,

    /// <summary>A wallet's balance is not what was credited less what was debited.</summary>
    BalanceDiffers,

    /// <summary>What a wallet keeps back is not the sum of its open holds.</summary>
    HeldDiffers,

    /// <summary>A hold is not in the state that its order's status calls for, or is missing.</summary>
    HoldDiffers,

    /// <summary>An open hold keeps back other than the price of its order's open units.</summary>
    HoldAmountDiffers,

    /// <summary>A batch's inventory is not the cost of its unsold codes; of a consigned batch there is none.</summary>
    InventoryDiffers,

    /// <summary>A batch has given out more than came in.</summary>
    InventoryNegative,

    /// <summary>A supplier's disputed money is not that of its discrepancies that nobody has settled.</summary>
    DisputedDiffers,

    /// <summary>What settled discrepancies with a supplier cost is not what was accepted and dropped.</summary>
    SettledDiffers,

    /// <summary>An order line has more or fewer units than were ordered.</summary>
    UnitCountDiffers,

    /// <summary>An order's counter of open units is not their number.</summary>
    OpenUnitsDiffer,

    /// <summary>An order is in a status that its units do not come to.</summary>
    OrderStatusDiffers,

    /// <summary>An order line is in a status that its units do not come to.</summary>
    LineStatusDiffers,

    /// <summary>A unit of an after-sales case is not as the case's status says, or was replaced or refunded without a case.</summary>
    CaseDiffers,

    /// <summary>A replaced unit has not exactly one unit in its place, or a unit takes the place of one that was not replaced.</summary>
    ReplacementDiffers,

    /// <summary>An open order that nothing will look at again.</summary>
    OrderDueMissing,

    /// <summary>An open unit that nothing will look at again.</summary>
    UnitDueMissing,
}
