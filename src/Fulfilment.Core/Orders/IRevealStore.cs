using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Orders;

/// <summary>Records reveals.</summary>
public interface IRevealStore
{
    /// <summary>
    /// In one transaction marks the codes of the order's delivered units as shown, those that were not yet, and stores the audit entry. False, with nothing
    /// written, when the order is not of this version any more: what was read of it may hold a code that has been withdrawn, or miss one.
    /// </summary>
    Task<bool> RecordAsync(long orderId, int version, DateTimeOffset at, AuditEntry entry);
}
