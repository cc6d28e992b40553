using System.Globalization;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Hangfire.Jobs;

namespace Fulfilment.Hangfire.Dashboard;

/// <summary>One order: where its units stand, and the chain of jobs that served it. No codes, no recipients, and nothing that the storefront wrote into it.</summary>
internal sealed class OrderPage(string asked, StoredOrder? order, string storefront, IReadOnlyList<ChainedJob> chain) : FiguresPage("Order")
{
    public const string Path = "/orders";

    // An order may have thousands.
    private const int MostUnits = 200;

    protected override void Body()
    {
        WriteLiteral("<form class=\"form-inline\" method=\"get\" action=\"");
        Text(Url.To(Path));
        WriteLiteral("\"><label>Order <input class=\"form-control\" name=\"id\" value=\"");
        Text(asked);
        WriteLiteral("\"></label> <button class=\"btn btn-default\" type=\"submit\">Show</button></form>");
        if (order is null)
        {
            Paragraph(asked.Length == 0 ? "An order's id begins with ord_." : "There is no such order.");
            return;
        }

        Table(
            ["Order", "Storefront", "Status", "Amount", "Ordered", "Completed"],
            [[PublicId.Format(PublicId.Order, order.Id), storefront, Words.Of(order.Status), Words.Of(order.Amount, order.Currency), Words.Of(order.CreatedAt), Words.OfMs(order.CompletedAtMs)]],
            "");
        Heading("Units");
        Table(
            ["Unit", "State", "Price", "Delivered", "Looked at again", "Failure"],
            [.. order.Lines.SelectMany(line => line.Units).Take(MostUnits).Select(unit => (IReadOnlyList<Cell>)
            [
                PublicId.Format(PublicId.Unit, unit.Id), Words.Of(unit.State), Words.Of(unit.Price, order.Currency), Words.OfMs(unit.DeliveredAtMs), Words.OfMs(unit.DueAtMs),
                unit.Failure is { } failure ? Words.Of(failure) : "",
            ])],
            "");
        Heading("Jobs that served it");
        Table(
            ["Job", "What", "State", "Written", "Since", "What came of it"],
            [.. chain.Select(job => (IReadOnlyList<Cell>)
            [
                new Cell(job.Id, $"/jobs/details/{job.Id}"), job.What, job.State, Of(job.CreatedAt), Of(job.ChangedAt), job.Says,
            ])],
            "None is stored: it was delivered at once, or by the workers' own looks, or there were too many to show, or its jobs are gone.");
    }

    private static string Of(DateTime? utc) => utc?.ToString("u", CultureInfo.InvariantCulture) ?? "";
}
