using System.Net;
using System.Text.Json;
using Fulfilment.Core.Sandbox;
using static Fulfilment.Host.Tests.Sandbox.SandboxShop;

namespace Fulfilment.Host.Tests.Sandbox;

/// <summary>After-sales in the sandbox answer as real ones do, and are decided by the time.</summary>
public sealed class SandboxAfterSalesTests(SandboxShop shop) : IClassFixture<SandboxShop>
{
    [Fact]
    public async Task Replacement_OfWhatWasNeverShown_IsDoneAtOnce_AndShowsANewCode()
    {
        var order = await shop.PlacedAsync(Body(shop.Reference(), quantity: 2));
        var unit = UnitIds(order)[0];

        using var answer = await shop.AskAsync(order, [unit]);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var done = await answer.JsonAsync();
        Assert.Equal($"/v1/after-sales/{done.GetProperty("id")}", answer.Headers.Location!.OriginalString);
        Assert.Equal(("done", true), (done.GetProperty("status").GetString(), done.GetProperty("sandbox").GetBoolean()));
        var inCase = Assert.Single(done.GetProperty("units").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, inCase.GetProperty("revealedAt").ValueKind);
        Assert.Equal("TEST-CARD", inCase.GetProperty("sku").GetString());

        var after = await shop.ReadAsync(order, "?include=codes");
        Assert.Equal((2, "fulfilled"), (after.GetProperty("version").GetInt32(), after.GetProperty("status").GetString()));
        var units = after.GetProperty("lines")[0].GetProperty("units").EnumerateArray().ToList();
        Assert.Equal(["replaced", "delivered", "delivered"], units.Select(item => item.GetProperty("status").GetString()));
        Assert.False(units[0].TryGetProperty("code", out _));
        Assert.Equal((inCase.GetProperty("newUnitId").GetString(), unit), (units[2].GetProperty("id").GetString(), units[2].GetProperty("replacesUnitId").GetString()));
        Assert.StartsWith("TEST-", units[2].GetProperty("code").GetProperty("secret").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(units[1].GetProperty("code").GetProperty("secret").GetString(), units[2].GetProperty("code").GetProperty("secret").GetString());
    }

    [Theory]
    [InlineData("?include=codes")]
    [InlineData("/codes")]
    public async Task ShownCodes_Wait_AndAreApprovedByTime(string shownBy)
    {
        var order = await shop.PlacedAsync(Body(shop.Reference(), quantity: 2));
        using (var shown = await shop.Host.GetAsync($"/v1/orders/{order.GetProperty("id")}{shownBy}", shop.Key))
        {
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        }

        using var answer = await shop.AskAsync(order, UnitIds(order), "refund");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var waiting = await answer.JsonAsync();
        Assert.Equal("pendingApproval", waiting.GetProperty("status").GetString());
        Assert.All(waiting.GetProperty("units").EnumerateArray(), unit => Assert.Equal((JsonValueKind.String, JsonValueKind.Null), (unit.GetProperty("revealedAt").ValueKind, unit.GetProperty("refunded").ValueKind)));
        Assert.Equal("fulfilled", (await shop.ReadAsync(order)).GetProperty("status").GetString());
        Assert.Single(await shop.CasesAsync($"?status=pendingApproval&orderId={order.GetProperty("id")}"));

        await shop.PassAsync(SandboxCase.Wait - TimeSpan.FromMilliseconds(1));
        Assert.Equal("pendingApproval", (await shop.CaseAsync(waiting)).GetProperty("status").GetString());
        await shop.PassAsync(TimeSpan.FromMilliseconds(1));

        var done = await shop.CaseAsync(waiting);
        Assert.Equal("done", done.GetProperty("status").GetString());
        Assert.All(done.GetProperty("units").EnumerateArray(), unit => Assert.Equal("10.00", unit.GetProperty("refunded").GetString()));
        Assert.Equal(done.GetProperty("createdAt").GetDateTimeOffset() + SandboxCase.Wait, done.GetProperty("decidedAt").GetDateTimeOffset());
        Assert.Empty(await shop.CasesAsync($"?status=pendingApproval&orderId={order.GetProperty("id")}"));
        Assert.Single(await shop.CasesAsync($"?status=done&orderId={order.GetProperty("id")}"));
        var after = await shop.ReadAsync(order, "?include=codes");
        Assert.Equal(("refunded", 2), (after.GetProperty("status").GetString(), after.GetProperty("version").GetInt32()));
        Assert.DoesNotContain("\"code\"", after.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("refunded", after.GetProperty("lines")[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task ReasonThatAsksForIt_IsRejected_AndTheUnitIsFreeAgain()
    {
        var order = await shop.PlacedAsync(Body(shop.Reference()), query: "?include=codes");
        using var answer = await shop.AskAsync(order, UnitIds(order), reason: RequestSandboxAfterSales.RejectReason);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        using (var taken = await shop.AskAsync(order, UnitIds(order)))
        {
            await taken.AssertProblemAsync(HttpStatusCode.Conflict, "already_in_case", "/unitIds/0");
        }

        await shop.PassAsync(SandboxCase.Wait);
        var rejected = await shop.CaseAsync(await answer.JsonAsync());
        Assert.Equal("rejected", rejected.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, rejected.GetProperty("units")[0].GetProperty("newUnitId").ValueKind);
        Assert.Equal(JsonValueKind.String, rejected.GetProperty("decisionReason").ValueKind);
        Assert.Equal(1, (await shop.ReadAsync(order)).GetProperty("version").GetInt32());
        Assert.Single(await shop.CasesAsync($"?status=rejected&orderId={order.GetProperty("id")}"));

        using var again = await shop.AskAsync(order, UnitIds(order));
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
    }

    [Fact]
    public async Task Key_MakesOneCase_AndOtherContentIsRefused()
    {
        var order = await shop.PlacedAsync(Body(shop.Reference(), quantity: 2));
        var (key, units) = (shop.Reference(), UnitIds(order));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            using var answer = await shop.AskAsync(order, [units[0]], key: key);
            return (answer.StatusCode, Id: (await answer.JsonAsync()).GetProperty("id").GetString());
        }));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(9, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Single(answers.Select(answer => answer.Id).Distinct());

        using (var other = await shop.AskAsync(order, [units[1]], key: key))
        {
            await other.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_mismatch");
        }

        // Two keys at once for one unit: one gets it.
        var race = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            using var answer = await shop.AskAsync(order, [units[1]]);
            return answer.StatusCode;
        }));
        Assert.Single(race, HttpStatusCode.Created);
        Assert.Equal(4, race.Count(status => status == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Replacement_CanBeReplacedAndRefundedItself()
    {
        var order = await shop.PlacedAsync(Body(shop.Reference()));
        var unit = UnitIds(order);
        for (var i = 0; i < 2; i++)
        {
            using var replaced = await shop.AskAsync(order, unit);
            unit = [(await replaced.JsonAsync()).GetProperty("units")[0].GetProperty("newUnitId").GetString()!];
        }

        using var refunded = await shop.AskAsync(order, unit, "refund");
        Assert.Equal("10.00", (await refunded.JsonAsync()).GetProperty("units")[0].GetProperty("refunded").GetString());
        var after = await shop.ReadAsync(order);
        Assert.Equal(("refunded", 4), (after.GetProperty("status").GetString(), after.GetProperty("version").GetInt32()));
        Assert.Equal(["replaced", "replaced", "refunded"], after.GetProperty("lines")[0].GetProperty("units").EnumerateArray().Select(item => item.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Refusals_AreThoseOfRealCases()
    {
        var order = await shop.PlacedAsync(Body(shop.Reference()));
        var other = await shop.PlacedAsync(Body(shop.Reference()));
        var topUp = await shop.PlacedAsync(Body(shop.Reference(), "13900000000", "TEST-TOPUP"));
        var failed = await shop.PlacedAsync(Body(shop.Reference(), "13800000105"));
        var units = UnitIds(order);

        await RefusedAsync(shop.AskAsync(order, UnitIds(other)), HttpStatusCode.UnprocessableEntity, "unknown_unit", "/unitIds/0");
        await RefusedAsync(shop.AskAsync(order, ["nonsense"]), HttpStatusCode.UnprocessableEntity, "unknown_unit", "/unitIds/0");
        await RefusedAsync(shop.AskAsync(topUp, UnitIds(topUp)), HttpStatusCode.Conflict, "not_eligible", "/unitIds/0");
        await RefusedAsync(shop.AskAsync(failed, UnitIds(failed)), HttpStatusCode.Conflict, "not_eligible", "/unitIds/0");
        await RefusedAsync(shop.AskAsync(order, [units[0], units[0]]), HttpStatusCode.BadRequest, "invalid_request", "/unitIds/1");
        await RefusedAsync(shop.AskAsync(order, units, reason: " "), HttpStatusCode.BadRequest, "invalid_request", "/reason");
        await RefusedAsync(shop.AskAsync(order, units, key: "with space"), HttpStatusCode.BadRequest, "invalid_request", "Idempotency-Key");
        await RefusedAsync(shop.AskAsync(order, units, caller: shop.OtherKey), HttpStatusCode.NotFound, "not_found");
        var key = shop.Reference();
        await RefusedAsync(shop.AskAsync(order, units, reason: RequestSandboxAfterSales.OutOfStockReason, key: key), HttpStatusCode.Conflict, "out_of_stock");

        // Nothing was stored, so the key may be used again.
        using var done = await shop.AskAsync(order, units, key: key);
        Assert.Equal(HttpStatusCode.Created, done.StatusCode);
        var id = (await done.JsonAsync()).GetProperty("id");
        foreach (var unseen in (string[])[shop.OtherKey, await shop.Host.KeyAsync(scopes: ["afterSales"])])
        {
            await RefusedAsync(shop.Host.GetAsync($"/v1/after-sales/{id}", unseen), HttpStatusCode.NotFound, "not_found");
        }

        using var list = await shop.Host.GetAsync("/v1/after-sales?status=nonsense", shop.Key);
        await list.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "status");
    }

    private static async Task RefusedAsync(Task<HttpResponseMessage> call, HttpStatusCode status, string code, string? param = null)
    {
        using var answer = await call;
        await answer.AssertProblemAsync(status, code, param);
    }
}
