using System.Globalization;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Ids;

namespace Fulfilment.Hangfire.Dashboard;

/// <summary>Open work by state and age, and the newest of it.</summary>
internal sealed class OpenWorkPage(IReadOnlyList<OpenUnits> counts, IReadOnlyList<OverviewUnit> newest, long leftOut) : FiguresPage("Open work")
{
    public const string Path = "/work";

    protected override void Body()
    {
        Paragraph("Units that are not delivered, by where they stand and how long ago they were ordered.");
        Table(
            ["State", .. Words.Ages.Select(Words.Of), "together"],
            [.. UnitQuery.Open.Select(state => (state, Of: counts.Where(count => count.State == state).ToList())).Where(row => row.Of.Count > 0).Select(row => (IReadOnlyList<Cell>)
            [
                Words.Of(row.state),
                .. Words.Ages.Select(age => (Cell)Words.Of(row.Of.Where(count => count.Age == age).Sum(count => count.Units))),
                Words.Of(row.Of.Sum(count => count.Units)),
            ])],
            "Every unit is delivered, or has failed.");
        if (leftOut > 0)
        {
            Paragraph(string.Create(CultureInfo.InvariantCulture, $"{leftOut:N0} later looks of this host are not shown as scheduled jobs: they would be too many. They are made all the same."));
        }

        Heading("The newest");
        Table(
            ["Unit", "Order", "State", "Price", "Looked at again"],
            [.. newest.Select(unit => (IReadOnlyList<Cell>)
            [
                PublicId.Format(PublicId.Unit, unit.Id), Words.Order(unit.OrderId), Words.Of(unit.State), Words.Of(unit.Price, unit.Currency), Words.OfMs(unit.DueAtMs),
            ])],
            "There is none.");
    }
}
