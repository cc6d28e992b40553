using Fulfilment.Core;
using Fulfilment.Core.Fulfilment.Manual;

namespace Fulfilment.Hangfire.Dashboard;

/// <summary>Money that suppliers may have charged us without our knowing.</summary>
internal sealed class UnknownsPage(IReadOnlyList<UnknownSum> sums, IReadOnlyDictionary<long, string> suppliers) : FiguresPage("Unknowns")
{
    public const string Path = "/unknowns";

    protected override void Body()
    {
        Paragraph("Units that a supplier may have issued or not. They are asked about and never sent again. Cost: what we owe if all were issued. Held: storefronts' money that is kept back for them.");
        Table(
            ["Supplier", "Age", "Units", "Cost", "Held"],
            [.. sums.Select(sum => (IReadOnlyList<Cell>)
            [
                suppliers.GetValueOrDefault(sum.SupplierId, "?"), Words.Of(sum.Age), Words.Of(sum.Units), Words.Of(sum.Cost, sum.Currency), sum.Held.ToString(),
            ])],
            "No unit is unknown.");
        Heading("Together");
        Table(["Units", "Cost"], [.. Totals(sums).Select(total => (IReadOnlyList<Cell>)[Words.Of(total.Units), Words.Of(total.Cost, total.Currency)])], "Nothing.");
    }

    public static IEnumerable<(string Currency, int Units, Money Cost)> Totals(IReadOnlyList<UnknownSum> sums) => sums.GroupBy(sum => sum.Currency)
        .Select(group => (group.Key, group.Sum(sum => sum.Units), group.Aggregate(Money.Zero, (cost, sum) => cost + sum.Cost)));
}
