using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Fulfilment.Host.Tests.Orders;

namespace Fulfilment.Host.Tests.Api.Admin;

/// <summary>Codes that did not work, listed for those who sold them to us.</summary>
public sealed class AdminBadCardsTests : IAsyncLifetime
{
    private TestHost _host = null!;
    private string _key = "";
    private int _references;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        await _host.SkuAsync("VIP");
        await _host.SkuAsync("GOLD");
        _key = await _host.ShopAsync(scopes: ["orders", "codes", "afterSales"]);
        await ImportAsync("VIP", "acme", "PO-7", 6);
        await ImportAsync("GOLD", "=HYPERLINK(\"evil\")", "+1", 2);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Report_IsMadeOnce_AndNamesWhatTheSupplierNeeds()
    {
        var (order, unit) = await SoldAsync();

        using var first = await ReportAsync(unit, "already redeemed");
        var card = await AnswerAsync(first, HttpStatusCode.Created);
        using var again = await ReportAsync(unit, "something else");

        Assert.Equal(card.GetRawText(), (await AnswerAsync(again, HttpStatusCode.OK)).GetRawText());
        Assert.Equal((order, unit, "VIP", "acme", "PO-7"), (Text(card, "orderId"), Text(card, "unitId"), Text(card, "sku"), Text(card, "supplier"), Text(card, "purchaseReference")));
        Assert.Equal(("6.00", "CNY", "already redeemed", "operator:bootstrap"), (Text(card, "unitCost"), Text(card, "currency"), Text(card, "reason"), Text(card, "reportedBy")));
        Assert.StartsWith("crd_", Text(card, "cardKeyId"), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", card.GetRawText(), StringComparison.Ordinal);
        var audit = await OkAsync($"/v1/admin/audit?subject=cardKey:{Text(card, "cardKeyId")}");
        Assert.Equal("cardKey.reportedBad", Text(Assert.Single(Data(audit)), "action"));

        // It changes nothing by itself: the code is still the buyer's, and may be replaced.
        using var replaced = await _host.PostAsync(
            $"/v1/orders/{order}/after-sales", _key, $$"""{"kind":"replacement","unitIds":["{{unit}}"],"reason":"bad"}""", ("Idempotency-Key", unit));
        var done = await AnswerAsync(replaced, HttpStatusCode.Created);
        using var afterwards = await ReportAsync(unit, "still");
        await AnswerAsync(afterwards, HttpStatusCode.OK);
        using var second = await ReportAsync(Text(done.GetProperty("units")[0], "newUnitId"), "bad too");
        await AnswerAsync(second, HttpStatusCode.Created);
    }

    [Fact]
    public async Task Reports_ThatCannotBe_AreRefused()
    {
        var (_, unit) = await SoldAsync();
        using var partial = await _host.PostAsync("/v1/orders", _key, Shop.Body("short", "GOLD", 3, order: ",\"allowPartial\":true"));
        var failed = (await AnswerAsync(partial, HttpStatusCode.Created)).GetProperty("lines")[0].GetProperty("units")[2].GetProperty("id").GetString()!;

        using var undelivered = await ReportAsync(failed, "x");
        await undelivered.AssertProblemAsync(HttpStatusCode.Conflict, "not_eligible");
        using var unknown = await ReportAsync("unt_0000000000001", "x");
        await unknown.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        using var nonsense = await ReportAsync("crd_0000000000001", "x");
        await nonsense.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        using var blank = await ReportAsync(unit, " ");
        await blank.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "/reason");
        using var storefront = await _host.PostAsync($"/v1/admin/units/{unit}/bad-card", _key, """{"reason":"x"}""");
        await storefront.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        foreach (var (query, param) in ((string, string)[])[("from=yesterday", "from"), ("to=2026-01-01", "to"), ("format=xlsx", "format"), ("vendor=acme", "vendor"), ("limit=0", "limit")])
        {
            using var list = await _host.GetAsync($"/v1/admin/bad-cards?{query}", TestHost.OperatorKey);
            await list.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
        }

        Assert.Empty(Data(await OkAsync("/v1/admin/bad-cards")));
    }

    [Fact]
    public async Task List_IsFiltered_AndPaged_NewestFirst()
    {
        var units = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var (_, unit) = await SoldAsync();
            using var reported = await ReportAsync(unit, $"bad {i}");
            await AnswerAsync(reported, HttpStatusCode.Created);
            units.Add(unit);
        }

        var first = await OkAsync("/v1/admin/bad-cards?supplier=acme&limit=2");
        Assert.Equal([units[2], units[1]], Data(first).Select(card => Text(card, "unitId")));
        var rest = await OkAsync($"/v1/admin/bad-cards?supplier=acme&limit=2&cursor={Text(first, "nextCursor")}");
        Assert.Equal([units[0]], Data(rest).Select(card => Text(card, "unitId")));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("nextCursor").ValueKind);
        Assert.Empty(Data(await OkAsync("/v1/admin/bad-cards?supplier=other")));
        var middle = Text(Data(first)[1], "reportedAt");
        Assert.Equal(2, Data(await OkAsync($"/v1/admin/bad-cards?from={middle}")).Count);
        Assert.Equal([units[0]], Data(await OkAsync($"/v1/admin/bad-cards?to={middle}")).Select(card => Text(card, "unitId")));
    }

    [Fact]
    public async Task Csv_IsSafeInASpreadsheet_AndHoldsEverything()
    {
        var (_, unit) = await SoldAsync("GOLD");
        using var reported = await ReportAsync(unit, "@SUM(1), \"quoted\"");
        var card = await AnswerAsync(reported, HttpStatusCode.Created);

        using var byQuery = await _host.GetAsync("/v1/admin/bad-cards?format=csv", TestHost.OperatorKey);
        using var byHeader = await _host.GetAsync("/v1/admin/bad-cards", TestHost.OperatorKey, ("Accept", "application/json;q=0.5, text/csv"));
        using var json = await _host.GetAsync("/v1/admin/bad-cards?format=json", TestHost.OperatorKey, ("Accept", "text/csv"));

        Assert.Equal("application/json", json.Content.Headers.ContentType?.MediaType);
        Assert.Equal(MediaTypeHeaderValue.Parse("text/csv; charset=utf-8"), byQuery.Content.Headers.ContentType);
        var text = Encoding.UTF8.GetString(await byQuery.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(text, Encoding.UTF8.GetString(await byHeader.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
        var lines = text.Split("\r\n");
        Assert.Equal("\uFEFFsupplier,batchId,purchaseReference,sku,cardKeyId,orderId,unitId,unitCost,currency,reason,reportedAt", lines[0]);
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"\"'=HYPERLINK(\"\"evil\"\")\",{Text(card, "batchId")},\"'+1\",GOLD,{Text(card, "cardKeyId")},{Text(card, "orderId")},{unit},6.00,CNY,\"'@SUM(1), \"\"quoted\"\"\",{Text(card, "reportedAt")}"),
            lines[1]);
        Assert.Equal([""], lines[2..]);
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
    }

    private async Task<(string Order, string Unit)> SoldAsync(string sku = "VIP")
    {
        using var placed = await _host.PostAsync("/v1/orders", _key, Shop.Body($"R-{++_references}", sku));
        var order = await AnswerAsync(placed, HttpStatusCode.Created);
        return (Text(order, "id"), order.GetProperty("lines")[0].GetProperty("units")[0].GetProperty("id").GetString()!);
    }

    private Task<HttpResponseMessage> ReportAsync(string unit, string reason) =>
        _host.PostAsync($"/v1/admin/units/{unit}/bad-card", TestHost.OperatorKey, JsonSerializer.Serialize(new Dictionary<string, string> { ["reason"] = reason }));

    private async Task ImportAsync(string sku, string supplier, string purchase, int count)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(
            $"/v1/inventory/batches?sku={sku}&unitCost=6.00&currency=CNY&supplier={Uri.EscapeDataString(supplier)}&purchaseReference={Uri.EscapeDataString(purchase)}", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestHost.OperatorKey);
        request.Headers.Add("Idempotency-Key", sku);
        request.Content = new StringContent(string.Join('\n', Enumerable.Range(0, count).Select(i => $"{sku}-SECRET-{i}").Prepend("secret")), Encoding.UTF8, "text/csv");
        using var imported = await _host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
    }

    private async Task<JsonElement> OkAsync(string path)
    {
        using var answer = await _host.GetAsync(path, TestHost.OperatorKey);
        return await AnswerAsync(answer, HttpStatusCode.OK);
    }

    private static async Task<JsonElement> AnswerAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var body = await answer.JsonAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode}: {body}");
        return body;
    }

    private static IReadOnlyList<JsonElement> Data(JsonElement list) => [.. list.GetProperty("data").EnumerateArray()];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
