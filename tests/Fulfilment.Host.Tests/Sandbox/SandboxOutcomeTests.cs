using System.Net;
using System.Text.Json;
using static Fulfilment.Host.Tests.Sandbox.SandboxShop;

namespace Fulfilment.Host.Tests.Sandbox;

/// <summary>Each row of the sandbox's table in docs/api.md, over HTTP, with nothing set up but a key.</summary>
public sealed class SandboxOutcomeTests(SandboxShop shop) : IClassFixture<SandboxShop>
{
    // Of each: the states of order and unit at once, and the seconds at which they become others.
    [Theory]
    [InlineData("13900000000", "fulfilled delivered")]
    [InlineData("13800000101", "processing pending", "5 processing processing", "10 fulfilled delivered")]
    [InlineData("13800000102", "processing pending", "5 processing processing", "10 failed failed")]
    [InlineData("13800000103", "processing processing", "2 processing unknown", "30 fulfilled delivered")]
    [InlineData("13800000104", "processing processing", "2 processing unknown", "30 failed failed")]
    [InlineData("13800000105", "failed failed")]
    [InlineData("13800000107", "processing manual", "60 fulfilled delivered")]
    [InlineData("13800000108", "held reserved", "30 fulfilled delivered")]
    [InlineData("13800000109", "held reserved", "30 cancelled cancelled")]
    public async Task Recipient_ChoosesWhatBecomesOfTheOrder_AsTimePasses(string recipient, string first, params string[] later)
    {
        var isOpen = later.Length > 0;
        var body = Body(shop.Reference(), recipient, "TEST-TOPUP");
        var order = await shop.PlacedAsync(body, isOpen ? HttpStatusCode.Accepted : HttpStatusCode.Created);
        Assert.Equal((first, 1, isOpen), (States(order), order.GetProperty("version").GetInt32(), order.GetProperty("completedAt").ValueKind == JsonValueKind.Null));

        var passed = 0;
        for (var i = 0; i < later.Length; i++)
        {
            var at = int.Parse(later[i].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(order.GetProperty("createdAt").GetDateTimeOffset().AddSeconds(at), Unit(order).GetProperty("nextCheckAt").GetDateTimeOffset());
            await shop.PassAsync(TimeSpan.FromSeconds(at - passed) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(i + 1, (await shop.ReadAsync(order)).GetProperty("version").GetInt32());

            await shop.PassAsync(TimeSpan.FromMilliseconds(1));
            passed = at;
            order = await shop.ReadAsync(order);
            Assert.Equal((later[i], i + 2), ($"{at} {States(order)}", order.GetProperty("version").GetInt32()));
        }

        Assert.NotEqual(JsonValueKind.Null, order.GetProperty("completedAt").ValueKind);
        Assert.Equal(JsonValueKind.Null, Unit(order).GetProperty("nextCheckAt").ValueKind);
        Assert.Equal(States(order).EndsWith("failed", StringComparison.Ordinal) ? "supplier_rejected" : null, Failure(Unit(order)));
        Assert.Equal(order.GetRawText(), (await shop.PlacedAsync(body, HttpStatusCode.OK)).GetRawText());
    }

    [Theory]
    [InlineData(10, false, 201, "fulfilled", 10)]
    [InlineData(11, false, 409, "out_of_stock", 0)]
    [InlineData(13, true, 201, "partiallyFulfilled", 10)]
    [InlineData(21, true, 422, "quantity_out_of_range", 0)]
    public async Task Quantity_BeyondThePretendedStock_IsShort(int quantity, bool allowPartial, int status, string says, int delivered)
    {
        using var answer = await shop.PlaceAsync(Body(shop.Reference(), quantity: quantity, order: $",\"allowPartial\":{(allowPartial ? "true" : "false")}"));
        var body = await answer.JsonAsync();

        Assert.Equal((status, says), ((int)answer.StatusCode, body.GetProperty(status == 201 ? "status" : "code").GetString()));
        if (status == 201)
        {
            var units = body.GetProperty("lines")[0].GetProperty("units").EnumerateArray().ToList();
            Assert.Equal(delivered, units.Count(unit => unit.GetProperty("status").GetString() == "delivered"));
            Assert.All(units.Skip(delivered), unit => Assert.Equal("out_of_stock", Failure(unit)));
        }
    }

    [Fact]
    public async Task HalfRecipient_FailsEverySecondUnit()
    {
        var order = await shop.PlacedAsync(Body(shop.Reference(), "13800000106", quantity: 3));

        Assert.Equal("partiallyFulfilled delivered failed delivered", States(order));
    }

    [Theory]
    [InlineData("13800000402", "TEST-CARD", "", 402, "insufficient_balance", null)]
    [InlineData("13800000403", "TEST-CARD", "", 403, "risk_rejected", null)]
    [InlineData("13800000409", "TEST-CARD", "", 409, "out_of_stock", null)]
    [InlineData(null, "TEST-DEAR", "", 402, "insufficient_balance", null)]
    [InlineData(null, "TEST-PRICE", ""","maxUnitPrice":"10.00" """, 409, "price_changed", "/lines/0/maxUnitPrice")]
    [InlineData(null, "TEST-USD", "", 422, "currency_mismatch", "/lines/0/sku")]
    [InlineData(null, "TEST-OFF", "", 422, "sku_off_shelf", "/lines/0/sku")]
    [InlineData(null, "TEST-ROUTE", "", 422, "route_not_available", "/lines/0/sku")]
    [InlineData(null, "VIDEO-VIP-1M", "", 422, "unknown_sku", "/lines/0/sku")]
    [InlineData(null, "TEST-TOPUP", "", 422, "recipient_required", "/lines/0/recipient")]
    [InlineData("somebody", "TEST-TOPUP", "", 422, "recipient_invalid", "/lines/0/recipient")]
    [InlineData("13900000000", "TEST-NOBODY", "", 422, "recipient_not_allowed", "/lines/0/recipient")]
    [InlineData(null, "TEST-INPUT", ""","inputs":{"server":"X"}""", 422, "input_invalid", "/lines/0/inputs/server")]
    [InlineData(null, "", "", 400, "invalid_request", "/lines/0/sku")]
    public async Task Refusal_IsTheRealOne_AndDoesNotUseUpTheReference(string? recipient, string sku, string line, int status, string code, string? param)
    {
        var reference = shop.Reference();
        using (var refused = await shop.PlaceAsync(Body(reference, recipient, sku, line: line)))
        {
            await refused.AssertProblemAsync((HttpStatusCode)status, code, param);
            Assert.Equal("true", refused.Headers.GetValues("Fulfilment-Sandbox").Single());
        }

        await shop.PlacedAsync(Body(reference));
    }

    [Fact]
    public async Task VelocityLimited_WaitsForRetryAfter_AndThenDelivers()
    {
        var body = Body(shop.Reference(), "13800000429");
        await RefusedAsync(body, HttpStatusCode.TooManyRequests, "velocity_limited", "3");
        await shop.PassAsync(TimeSpan.FromSeconds(2));
        await RefusedAsync(body, HttpStatusCode.TooManyRequests, "velocity_limited", "1");
        await shop.PassAsync(TimeSpan.FromSeconds(1));

        await shop.PlacedAsync(body);
        await shop.PlacedAsync(body, HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("13800000503", HttpStatusCode.ServiceUnavailable, "overloaded")]
    [InlineData("13800000500", HttpStatusCode.InternalServerError, "internal")]
    public async Task FaultOnce_IsFineTheSecondTime_AndEachReferenceHasItsOwn(string recipient, HttpStatusCode status, string code)
    {
        var body = Body(shop.Reference(), recipient);
        await RefusedAsync(body, status, code, "1");

        await shop.PlacedAsync(body);
        await shop.PlacedAsync(body, HttpStatusCode.OK);
        await RefusedAsync(Body(shop.Reference(), recipient), status, code, "1");
    }

    [Fact]
    public async Task LostAnswer_ClosesTheConnection_AndTheRepeatFindsTheOrder()
    {
        var body = Body(shop.Reference(), "13800000504");

        await Assert.ThrowsAsync<HttpRequestException>(() => shop.PlaceAsync(body));

        await shop.PlacedAsync(body, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Cancel_CallsOffWhatIsNotSubmitted_Once()
    {
        var slow = await shop.PlacedAsync(Body(shop.Reference(), "13800000101", quantity: 2), HttpStatusCode.Accepted);
        await shop.PassAsync(TimeSpan.FromSeconds(4));
        using var cancelled = await shop.Host.SendAsync(HttpMethod.Post, $"/v1/orders/{slow.GetProperty("id")}/cancel", shop.Key);
        var order = await cancelled.JsonAsync();
        Assert.Equal(("cancelled cancelled cancelled", 2), (States(order), order.GetProperty("version").GetInt32()));

        await shop.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(order.GetRawText(), (await shop.ReadAsync(slow)).GetRawText());
        using var again = await shop.Host.SendAsync(HttpMethod.Post, $"/v1/orders/{slow.GetProperty("id")}/cancel", shop.Key);
        await again.AssertProblemAsync(HttpStatusCode.Conflict, "not_cancellable");

        var submitted = await shop.PlacedAsync(Body(shop.Reference(), "13800000101"), HttpStatusCode.Accepted);
        await shop.PassAsync(TimeSpan.FromSeconds(5));
        using var late = await shop.Host.SendAsync(HttpMethod.Post, $"/v1/orders/{submitted.GetProperty("id")}/cancel", shop.Key);
        await late.AssertProblemAsync(HttpStatusCode.Conflict, "not_cancellable");
    }

    private async Task RefusedAsync(string body, HttpStatusCode status, string code, string retryAfter)
    {
        using var refused = await shop.PlaceAsync(body);
        var problem = await refused.AssertProblemAsync(status, code);
        Assert.True(problem.GetProperty("retryable").GetBoolean());
        Assert.Equal(retryAfter, refused.Headers.GetValues("Retry-After").Single());
    }

    private static JsonElement Unit(JsonElement order) => order.GetProperty("lines")[0].GetProperty("units")[0];

    private static string? Failure(JsonElement unit) => unit.GetProperty("failure") is { ValueKind: JsonValueKind.Object } failure ? failure.GetProperty("code").GetString() : null;

    private static string States(JsonElement order) => string.Join(' ', order.GetProperty("lines")[0].GetProperty("units").EnumerateArray()
        .Select(unit => unit.GetProperty("status").GetString()).Prepend(order.GetProperty("status").GetString()));
}
