using Fulfilment.Core.Ids;
using Fulfilment.Core.Reconciliation;

namespace Fulfilment.Hangfire.Dashboard;

/// <summary>What does not match between suppliers and us, and nobody has settled.</summary>
internal sealed class DiscrepanciesPage(IReadOnlyList<KnownDiscrepancy> open, IReadOnlyDictionary<long, string> suppliers) : FiguresPage("Discrepancies")
{
    public const string Path = "/discrepancies";

    /// <summary>At most so many are shown.</summary>
    public const int Most = 200;

    protected override void Body()
    {
        Paragraph("What does not match between suppliers and us, the newest first. It is settled with the supplier, and noted by POST /v1/admin/discrepancies/{id}/resolve.");
        Table(
            ["Discrepancy", "Seen", "Kind", "Supplier", "At stake", "Unit", "What"],
            [.. open.Select(known => known.Discrepancy).Select(item => (IReadOnlyList<Cell>)
            [
                PublicId.Format(PublicId.Discrepancy, item.Id), Words.Of(item.SeenAt), Words.Of(item.Kind), suppliers.GetValueOrDefault(item.SupplierId, "?"),
                Words.Of(item.Amount, item.Currency), item.UnitId is { } unit ? PublicId.Format(PublicId.Unit, unit) : "", item.Detail,
            ])],
            "Everything matches, or is settled.");
    }
}
