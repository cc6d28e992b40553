using System.Net;
using System.Text.Json;
using Fulfilment.Host.Tests.Durability;

namespace Fulfilment.Host.Tests.Orders;

/// <summary>After-sales over HTTP: what a storefront and two operators see and may do. After each test the engine's own checks find nothing.</summary>
public sealed class AfterSalesTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-after-").FullName;
    private TestHost _host = null!;
    private string _key = "", _other = "", _li = "", _wang = "";
    private int _references;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(new TestHostOptions { Folder = _folder });
        await _host.SkuAsync("VIP", more: ""","afterSales":{"automaticPerDay":1}""");
        await _host.SkuAsync("STRICT", more: ""","afterSales":{"onlyUnrevealed":true}""");
        _key = await _host.ShopAsync(scopes: ["orders", "codes", "afterSales"]);
        _other = await _host.ShopAsync("shop-2", scopes: ["orders", "codes", "afterSales"]);
        _li = await _host.KeyAsync("operator:li", ["admin"]);
        _wang = await _host.KeyAsync("operator:wang", ["admin", "inventory"]);
        foreach (var sku in (string[])["VIP", "STRICT"])
        {
            using var imported = await _host.ImportAsync(sku, ["secret", .. Enumerable.Range(0, 12).Select(i => $"{sku}-CODE-{i:D2}")]);
            Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await EngineChecks.AssertSoundAsync(_folder);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task UnshownUnit_IsReplacedAtOnce_AndTheNewCodeIsShownAlone()
    {
        var order = await PlacedAsync(quantity: 2);
        var (id, units) = (Id(order), Units(order));

        using var asked = await AskAsync(id, "replacement", [units[0]]);

        var done = await AnswerAsync(asked, HttpStatusCode.Created);
        Assert.Equal("done", Text(done, "status"));
        Assert.Equal($"/v1/after-sales/{Id(done)}", asked.Headers.Location?.ToString());
        var now = await OkAsync($"/v1/orders/{id}", _key);
        Assert.Equal(2, now.GetProperty("version").GetInt32());
        var shown = now.GetProperty("lines")[0].GetProperty("units");
        Assert.Equal(["replaced", "delivered", "delivered"], shown.EnumerateArray().Select(unit => Text(unit, "status")));
        Assert.Equal(units[0], Text(shown[2], "replacesUnitId"));
        Assert.Equal(Text(done.GetProperty("units")[0], "newUnitId"), Text(shown[2], "id"));
        var codes = await OkAsync($"/v1/orders/{id}/codes", _key);
        Assert.Equal([units[1], Text(shown[2], "id")], codes.GetProperty("data").EnumerateArray().Select(code => Text(code, "unitId")));
        Assert.Equal("-25.00", await BalanceAsync());

        Assert.Equal(done.GetRawText(), (await OkAsync($"/v1/after-sales/{Id(done)}", _key)).GetRawText());
        Assert.Equal(Id(done), Id(Assert.Single(Data(await OkAsync($"/v1/after-sales?status=done&orderId={id}", _key)))));
        Assert.Empty(Data(await OkAsync("/v1/after-sales?status=rejected", _key)));
        Assert.Empty(Data(await OkAsync("/v1/after-sales", _other)));
        using var foreign = await _host.GetAsync($"/v1/after-sales/{Id(done)}", _other);
        await foreign.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Refund_GivesTheMoneyBack_AndEndsTheOrder_WhenNothingIsLeft()
    {
        var order = await PlacedAsync(quantity: 2);
        var (id, units) = (Id(order), Units(order));

        var half = await AnswerAsync(await AskAsync(id, "refund", [units[0]]), HttpStatusCode.Created);
        Assert.Equal("12.50", Text(half.GetProperty("units")[0], "refunded"));
        Assert.Equal("fulfilled", Text(await OkAsync($"/v1/orders/{id}", _key), "status"));
        await AnswerAsync(await AskAsync(id, "refund", [units[1]]), HttpStatusCode.Created);

        var now = await OkAsync($"/v1/orders/{id}", _key);
        Assert.Equal(("refunded", 3, "25.00"), (Text(now, "status"), now.GetProperty("version").GetInt32(), Text(now, "amount")));
        Assert.Equal("refunded", Text(now.GetProperty("lines")[0], "status"));
        Assert.Equal("0.00", await BalanceAsync());
        Assert.Empty(Data(await OkAsync($"/v1/orders/{id}/codes", _key)));
        using var again = await PlaceAsync(Text(order, "clientReference"), quantity: 2);
        Assert.Equal("refunded", Text(await AnswerAsync(again, HttpStatusCode.OK), "status"));
    }

    [Fact]
    public async Task ShownCode_WaitsForAnOperator_OnceTheDaysAllowanceIsUsed()
    {
        var order = await PlacedAsync(quantity: 3, query: "?include=codes");
        var (id, units) = (Id(order), Units(order));
        Assert.Equal("done", Text(await AnswerAsync(await AskAsync(id, "replacement", [units[0]]), HttpStatusCode.Created), "status"));

        var pending = await AnswerAsync(await AskAsync(id, "refund", [units[1]]), HttpStatusCode.Accepted);
        Assert.Equal("pendingApproval", Text(pending, "status"));
        Assert.Equal("-37.50", await BalanceAsync());
        var waiting = Assert.Single(Data(await OkAsync("/v1/admin/after-sales?status=pendingApproval&storefront=shop-1", _li)));
        Assert.Equal((Id(pending), "shop-1", "storefront:shop-1"), (Id(waiting), Text(waiting, "storefront"), Text(waiting, "requestedBy")));
        Assert.NotNull(waiting.GetProperty("units")[0].GetProperty("revealedAt").GetString());

        var approved = await AnswerAsync(await DecideAsync(pending, "approve", """{"reason":"checked","badCard":true}"""), HttpStatusCode.OK);
        Assert.Equal(("done", "operator:li", "checked"), (Text(approved, "status"), Text(approved, "decidedBy"), Text(approved, "decisionReason")));
        Assert.Equal("-25.00", await BalanceAsync());
        foreach (var action in (string[])["approve", "reject"])
        {
            using var late = await DecideAsync(pending, action);
            await late.AssertProblemAsync(HttpStatusCode.Conflict, "not_pending");
        }

        // The storefront sees how it ended and not by whom.
        var seen = await OkAsync($"/v1/after-sales/{Id(pending)}", _key);
        Assert.Equal("done", Text(seen, "status"));
        Assert.False(seen.TryGetProperty("decidedBy", out _));
        Assert.Equal(units[1], Text(Assert.Single(Data(await OkAsync("/v1/admin/bad-cards", _li))), "unitId"));
        var audit = Data(await OkAsync($"/v1/admin/audit?subject=order:{id}", _li)).Select(entry => Text(entry, "action"));
        Assert.Equal(["afterSales.approved", "afterSales.requested", "afterSales.requested"], audit);

        var rejected = await AnswerAsync(await AskAsync(id, "refund", [units[2]]), HttpStatusCode.Accepted);
        await AnswerAsync(await DecideAsync(rejected, "reject"), HttpStatusCode.OK);
        await AnswerAsync(await AskAsync(id, "replacement", [units[2]]), HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task OperatorsCase_NeedsAnotherOperator()
    {
        var order = await PlacedAsync(sku: "STRICT", query: "?include=codes");
        var body = Body("refund", Units(order));
        using var strict = await AskAsync(Id(order), "refund", Units(order));
        await strict.AssertProblemAsync(HttpStatusCode.Conflict, "not_eligible", "/unitIds/0");

        using var opened = await _host.PostAsync($"/v1/admin/orders/{Id(order)}/after-sales", _li, body, ("Idempotency-Key", "case-1"));
        var pending = await AnswerAsync(opened, HttpStatusCode.Accepted);
        Assert.Equal($"/v1/admin/after-sales/{Id(pending)}", opened.Headers.Location?.ToString());
        using var repeated = await _host.PostAsync($"/v1/admin/orders/{Id(order)}/after-sales", _li, body, ("Idempotency-Key", "case-1"));
        Assert.Equal(Id(pending), Id(await AnswerAsync(repeated, HttpStatusCode.OK)));

        using var own = await DecideAsync(pending, "approve");
        await own.AssertProblemAsync(HttpStatusCode.Forbidden, "second_person_required");
        Assert.Equal("pendingApproval", Text(await OkAsync($"/v1/admin/after-sales/{Id(pending)}", _li), "status"));

        Assert.Equal("done", Text(await AnswerAsync(await DecideAsync(pending, "approve", key: _wang), HttpStatusCode.OK), "status"));
        Assert.Equal("0.00", await BalanceAsync());
    }

    [Fact]
    public async Task Repeat_AnswersAsTheFirst_WhateverHasBecomeOfIt()
    {
        var order = await PlacedAsync(quantity: 2, query: "?include=codes");
        var (id, units) = (Id(order), Units(order));
        await AnswerAsync(await AskAsync(id, "refund", [units[0]]), HttpStatusCode.Created);

        var pending = await AnswerAsync(await AskAsync(id, "refund", [units[1]], key: "twice"), HttpStatusCode.Accepted);
        Assert.Equal("pendingApproval", Text(await AnswerAsync(await AskAsync(id, "refund", [units[1]], key: "twice"), HttpStatusCode.OK), "status"));
        await AnswerAsync(await DecideAsync(pending, "approve"), HttpStatusCode.OK);
        var after = await AnswerAsync(await AskAsync(id, "refund", [units[1]], key: "twice"), HttpStatusCode.OK);
        Assert.Equal((Id(pending), "done"), (Id(after), Text(after, "status")));

        foreach (var other in (Func<Task<HttpResponseMessage>>[])
            [() => AskAsync(id, "replacement", [units[1]], key: "twice"), () => AskAsync(id, "refund", [units[0]], key: "twice"), () => AskAsync(id, "refund", [units[1]], key: "twice", reason: "other")])
        {
            using var mismatch = await other();
            await mismatch.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_mismatch");
        }

        // Another storefront's keys are its own.
        using var foreign = await AskAsync(id, "refund", [units[1]], key: "twice", caller: _other);
        await foreign.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task BadRequests_AreRefused_AndChangeNothing()
    {
        var order = await PlacedAsync();
        var (id, unit) = (Id(order), Units(order)[0]);
        var strange = Units(await PlacedAsync())[0];

        await RefusedAsync(id, Body("refund", []), HttpStatusCode.BadRequest, "invalid_request", "/unitIds");
        await RefusedAsync(id, Body("refund", [unit, unit]), HttpStatusCode.BadRequest, "invalid_request", "/unitIds/1");
        await RefusedAsync(id, Body("refund", Enumerable.Repeat(unit, 501)), HttpStatusCode.BadRequest, "invalid_request", "/unitIds");
        await RefusedAsync(id, Body("refund", [unit, strange]), HttpStatusCode.UnprocessableEntity, "unknown_unit", "/unitIds/1");
        await RefusedAsync(id, Body("refund", ["unt_!"]), HttpStatusCode.UnprocessableEntity, "unknown_unit", "/unitIds/0");
        await RefusedAsync(id, """{"kind":"refund","unitIds":[null],"reason":"x"}""", HttpStatusCode.UnprocessableEntity, "unknown_unit", "/unitIds/0");
        await RefusedAsync(id, Body("swap", [unit]), HttpStatusCode.BadRequest, "invalid_request", "/kind");
        await RefusedAsync(id, Body("refund", [unit], reason: " "), HttpStatusCode.BadRequest, "invalid_request", "/reason");
        await RefusedAsync(id, Body("refund", [unit], reason: new string('x', 501)), HttpStatusCode.BadRequest, "invalid_request", "/reason");
        await RefusedAsync(id, """{"kind":"refund","unitIds":["u"]}""", HttpStatusCode.BadRequest, "invalid_request", "/reason");
        await RefusedAsync(id, """{"kind":"refund","unitIds":["u"],"reason":"x","amount":"1.00"}""", HttpStatusCode.BadRequest, "invalid_request", "/amount");
        await RefusedAsync("ord_0000000000000", Body("refund", [unit]), HttpStatusCode.NotFound, "not_found", null);
        using var noKey = await _host.PostAsync($"/v1/orders/{id}/after-sales", _key, Body("refund", [unit]));
        await noKey.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "Idempotency-Key");
        using var ordersOnly = await _host.PostAsync($"/v1/orders/{id}/after-sales", await _host.KeyAsync(), Body("refund", [unit]), ("Idempotency-Key", "k"));
        await ordersOnly.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        using var byOperator = await _host.PostAsync($"/v1/orders/{id}/after-sales", TestHost.OperatorKey, Body("refund", [unit]), ("Idempotency-Key", "k"));
        await byOperator.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");

        Assert.Empty(Data(await OkAsync("/v1/after-sales", _key)));
        Assert.Equal("-25.00", await BalanceAsync());
        await AnswerAsync(await AskAsync(id, "refund", [unit]), HttpStatusCode.Created);
        using var twice = await AskAsync(id, "refund", [unit]);
        await twice.AssertProblemAsync(HttpStatusCode.Conflict, "already_in_case", "/unitIds/0");
    }

    [Fact]
    public async Task BadListsAndDecisions_AreRefused()
    {
        foreach (var (path, param) in ((string, string)[])[("?status=new", "status"), ("?storefront=nobody", "storefront"), ("?limit=0", "limit"), ("?order=1", "order")])
        {
            using var list = await _host.GetAsync($"/v1/admin/after-sales{path}", _li);
            await list.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
        }

        using var own = await _host.GetAsync("/v1/after-sales?status=new", _key);
        await own.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "status");
        Assert.Empty(Data(await OkAsync("/v1/after-sales?orderId=nonsense", _key)));
        foreach (var (id, body, status, code, param) in ((string, string, HttpStatusCode, string, string?)[])
            [
                ("afs_0000000000001", """{"reason":"x"}""", HttpStatusCode.NotFound, "not_found", null),
                ("nonsense", """{"reason":"x"}""", HttpStatusCode.NotFound, "not_found", null),
                ("afs_0000000000001", """{"reason":""}""", HttpStatusCode.BadRequest, "invalid_request", "/reason"),
                ("afs_0000000000001", "{}", HttpStatusCode.BadRequest, "invalid_request", "/reason"),
            ])
        {
            using var approve = await _host.PostAsync($"/v1/admin/after-sales/{id}/approve", _li, body);
            await approve.AssertProblemAsync(status, code, param);
            using var reject = await _host.PostAsync($"/v1/admin/after-sales/{id}/reject", _li, body);
            await reject.AssertProblemAsync(status, code, param);
        }
    }

    private async Task RefusedAsync(string orderId, string body, HttpStatusCode status, string code, string? param)
    {
        using var answer = await _host.PostAsync($"/v1/orders/{orderId}/after-sales", _key, body, ("Idempotency-Key", "refused"));
        await answer.AssertProblemAsync(status, code, param);
    }

    private Task<HttpResponseMessage> AskAsync(string orderId, string kind, IEnumerable<string> units, string? key = null, string reason = "does not work", string? caller = null) =>
        _host.PostAsync($"/v1/orders/{orderId}/after-sales", caller ?? _key, Body(kind, units, reason), ("Idempotency-Key", key ?? $"K-{Interlocked.Increment(ref _references)}"));

    private Task<HttpResponseMessage> DecideAsync(JsonElement pending, string action, string body = """{"reason":"looked at"}""", string? key = null) =>
        _host.PostAsync($"/v1/admin/after-sales/{Id(pending)}/{action}", key ?? _li, body);

    private static string Body(string kind, IEnumerable<string> units, string reason = "does not work") =>
        $$"""{"kind":"{{kind}}","unitIds":{{JsonSerializer.Serialize(units)}},"reason":"{{reason}}"}""";

    private Task<HttpResponseMessage> PlaceAsync(string reference, string sku = "VIP", int quantity = 1, string query = "") =>
        _host.PostAsync($"/v1/orders{query}", _key, Shop.Body(reference, sku, quantity));

    private async Task<JsonElement> PlacedAsync(string sku = "VIP", int quantity = 1, string query = "") =>
        await AnswerAsync(await PlaceAsync($"R-{Interlocked.Increment(ref _references)}", sku, quantity, query), HttpStatusCode.Created);

    private async Task<JsonElement> OkAsync(string path, string key) => await AnswerAsync(await _host.GetAsync(path, key), HttpStatusCode.OK);

    private async Task<string> BalanceAsync() =>
        Text(Assert.Single((await OkAsync("/v1/admin/storefronts/shop-1", _li)).GetProperty("wallets").EnumerateArray()), "balance");

    private static async Task<JsonElement> AnswerAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        using (answer)
        {
            var body = await answer.JsonAsync();
            Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode}: {body}");
            return body;
        }
    }

    private static IReadOnlyList<JsonElement> Data(JsonElement list) => [.. list.GetProperty("data").EnumerateArray()];

    private static IReadOnlyList<string> Units(JsonElement order) => [.. order.GetProperty("lines")[0].GetProperty("units").EnumerateArray().Select(Id)];

    private static string Id(JsonElement element) => Text(element, "id");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
