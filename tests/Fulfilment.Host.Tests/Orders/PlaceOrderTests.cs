using System.Net;
using System.Text.Json;
using static Fulfilment.Host.Tests.Orders.Shop;

namespace Fulfilment.Host.Tests.Orders;

/// <summary>Every documented answer of <c>POST /v1/orders</c> to an order of the right form.</summary>
public sealed class PlaceOrderTests(Shop shop) : IClassFixture<Shop>
{
    private static readonly string[] OrderFields =
        ["id", "clientReference", "status", "version", "currency", "amount", "source", "createdAt", "completedAt", "metadata", "lines"];

    private static readonly string[] LineFields = ["id", "sku", "quantity", "unitPrice", "amount", "status", "recipient", "metadata", "units"];

    private static readonly string[] UnitFields = ["id", "status", "deliveredAt", "expiresOn", "nextCheckAt", "failure", "replacesUnitId"];

    [Fact]
    public async Task NewOrder_Is201_WithLocation_AndTheDocumentedBody()
    {
        var reference = shop.Reference();
        using var answer = await shop.PlaceAsync(Body(
            reference,
            quantity: 2,
            line: ""","recipient":"13800000000","maxUnitPrice":"12.5","salePrice":"15.00","metadata":{"row":"1"}""",
            order: ""","buyer":{"reference":"u-77","ip":"203.0.113.9","deviceId":"d-1","contact":null},"source":"gift","campaign":null,"metadata":{"shop":"main"}"""));

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        var order = await answer.JsonAsync();
        Assert.Equal($"/v1/orders/{order.GetProperty("id")}", answer.Headers.Location?.ToString());
        Assert.StartsWith("ord_", order.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Superset(OrderFields.ToHashSet(), Names(order));
        Assert.Equal(
            (reference, "fulfilled", 1, "CNY", "25.00", "gift"),
            (Text(order, "clientReference"), Text(order, "status"), order.GetProperty("version").GetInt32(), Text(order, "currency"), Text(order, "amount"), Text(order, "source")));
        Assert.Equal("""{"shop":"main"}""", order.GetProperty("metadata").GetRawText());
        Assert.EndsWith("Z", Text(order, "createdAt"), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, order.GetProperty("completedAt").GetDateTimeOffset().Offset);

        var line = order.GetProperty("lines").EnumerateArray().Single();
        Assert.Superset(LineFields.ToHashSet(), Names(line));
        Assert.StartsWith("lin_", Text(line, "id"), StringComparison.Ordinal);
        Assert.Equal(
            ("VIP", 2, "12.50", "25.00", "fulfilled", "138****0000"),
            (Text(line, "sku"), line.GetProperty("quantity").GetInt32(), Text(line, "unitPrice"), Text(line, "amount"), Text(line, "status"), Text(line, "recipient")));
        Assert.All(line.GetProperty("units").EnumerateArray(), unit =>
        {
            Assert.Equal(UnitFields.ToHashSet(), Names(unit));
            Assert.StartsWith("unt_", Text(unit, "id"), StringComparison.Ordinal);
            Assert.Equal(("delivered", "2027-01-31"), (Text(unit, "status"), Text(unit, "expiresOn")));
            Assert.Equal(JsonValueKind.Null, unit.GetProperty("failure").ValueKind);
        });
    }

    [Fact]
    public async Task IncludeCodes_ShowsThemAtOnce_AndTheFirstAnswerNeedsNoAudit()
    {
        var order = await shop.PlacedAsync(Body(shop.Reference(), quantity: 2), query: "?include=codes");

        var codes = order.GetProperty("lines")[0].GetProperty("units").EnumerateArray().Select(unit => unit.GetProperty("code")).ToList();
        Assert.All(codes, code => Assert.Matches("^VIP-N\\d{4}$", Text(code, "number")));
        Assert.All(codes, code => Assert.Equal(Text(code, "number").Replace("-N", "-S", StringComparison.Ordinal), Text(code, "secret")));
        Assert.Empty(await shop.AuditAsync(Text(order, "id")));
    }

    [Fact]
    public async Task Repeat_Is200_AndWithCodesAnAuditedReveal()
    {
        var body = Body(shop.Reference());
        var first = await shop.PlacedAsync(body, query: "?include=codes");

        using var plain = await shop.PlaceAsync(body);
        var again = await shop.PlacedAsync(body, query: "?include=codes", expected: HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.OK, plain.StatusCode);
        Assert.False((await plain.JsonAsync()).GetProperty("lines")[0].GetProperty("units")[0].TryGetProperty("code", out _));
        Assert.Equal(first.GetRawText(), again.GetRawText());
        Assert.Equal([("codes.revealed", "storefront:shop-1", """{"codes":1}""")], await shop.AuditAsync(Text(first, "id")));
    }

    [Fact]
    public async Task SameReference_OfAnotherStorefront_IsAnotherOrder()
    {
        var body = Body(shop.Reference());

        Assert.NotEqual(Text(await shop.PlacedAsync(body), "id"), Text(await shop.PlacedAsync(body, shop.OtherKey), "id"));
    }

    [Fact]
    public async Task HeldOrder_Is202_WithRetryAfter_AndShowsNoCodes()
    {
        using var answer = await shop.PlaceAsync(Body(shop.Reference(), quantity: 2), shop.HeldKey, "?include=codes");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        var order = await answer.JsonAsync();
        Assert.Equal($"/v1/orders/{order.GetProperty("id")}", answer.Headers.Location?.ToString());
        Assert.Equal(("held", JsonValueKind.Null), (Text(order, "status"), order.GetProperty("completedAt").ValueKind));
        Assert.All(order.GetProperty("lines")[0].GetProperty("units").EnumerateArray(), unit =>
        {
            Assert.Equal("reserved", Text(unit, "status"));
            Assert.False(unit.TryGetProperty("code", out _));
            Assert.True(unit.GetProperty("nextCheckAt").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(10));
        });
    }

    [Fact]
    public async Task AllowPartial_SaysWhichUnitsFailed_AndWhy()
    {
        var order = await shop.PlacedAsync(Body(shop.Reference(), "SHORT", 2, order: ""","allowPartial":true"""), query: "?include=codes");

        Assert.Equal("partiallyFulfilled", Text(order, "status"));
        var failed = order.GetProperty("lines")[0].GetProperty("units")[1];
        Assert.Equal(("failed", "out_of_stock"), (Text(failed, "status"), Text(failed.GetProperty("failure"), "code")));
        Assert.NotEmpty(Text(failed.GetProperty("failure"), "detail"));
        Assert.False(failed.TryGetProperty("code", out _));
    }

    public static TheoryData<string, string, string, int, string?> Refusals => new()
    {
        { """ "sku":"NOTHING","quantity":1""", "", "unknown_sku", 422, "/lines/0/sku" },
        { """ "sku":"OFF","quantity":1""", "", "sku_off_shelf", 422, "/lines/0/sku" },
        { """ "sku":"FEW","quantity":1""", "", "quantity_out_of_range", 422, "/lines/0/quantity" },
        { """ "sku":"FEW","quantity":4""", "", "quantity_out_of_range", 422, "/lines/0/quantity" },
        { """ "sku":"WHO","quantity":1""", "", "recipient_required", 422, "/lines/0/recipient" },
        { """ "sku":"WHO","quantity":1,"recipient":"" """, "", "recipient_required", 422, "/lines/0/recipient" },
        { """ "sku":"NOBODY","quantity":1,"recipient":"x" """, "", "recipient_not_allowed", 422, "/lines/0/recipient" },
        { """ "sku":"WHO","quantity":1,"recipient":"138" """, "", "recipient_invalid", 422, "/lines/0/recipient" },
        { """ "sku":"INPUT","quantity":1""", "", "input_invalid", 422, "/lines/0/inputs/server" },
        { """ "sku":"INPUT","quantity":1,"inputs":{"server":"S1","x":"y"}""", "", "input_invalid", 422, "/lines/0/inputs" },
        { """ "sku":"USD","quantity":1""", "", "currency_mismatch", 422, "/lines/0/sku" },
        { """ "sku":"TOPUP","quantity":1,"recipient":"x" """, "", "route_not_available", 422, "/lines/0/sku" },
        { """ "sku":"VIP","quantity":1,"maxUnitPrice":"12.4999" """, "", "price_changed", 409, "/lines/0/maxUnitPrice" },
        { """ "sku":"VIP","quantity":1""", "poor", "insufficient_balance", 402, null },
        { """ "sku":"EMPTY","quantity":1""", "", "out_of_stock", 409, null },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task BusinessRefusal_HasItsCode_AndDoesNotUseUpTheReference(string line, string who, string code, int status, string? param)
    {
        var reference = shop.Reference();
        using var answer = await shop.PlaceAsync(
            $$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{{{line}}}]}""", who == "poor" ? shop.PoorKey : null);

        var problem = await answer.AssertProblemAsync((HttpStatusCode)status, code, param);
        Assert.False(problem.GetProperty("retryable").GetBoolean());
        await shop.PlacedAsync(Body(reference));
    }

    [Fact]
    public async Task SameReference_WithOtherContent_Is409()
    {
        var reference = shop.Reference();
        await shop.PlacedAsync(Body(reference));

        using var answer = await shop.PlaceAsync(Body(reference, quantity: 2));

        await answer.AssertProblemAsync(HttpStatusCode.Conflict, "reference_conflict", "/clientReference");
    }

    [Fact]
    public async Task Refusal_SpeaksTheCallersLanguage()
    {
        using var answer = await shop.Host.PostAsync("/v1/orders", shop.Key, Body(shop.Reference(), "EMPTY"), ("Accept-Language", "zh-CN"));

        var problem = await answer.AssertProblemAsync(HttpStatusCode.Conflict, "out_of_stock");
        Assert.Matches("[\u4e00-\u9fff]", Text(problem, "title"));
    }

    [Fact]
    public async Task IncludeCodes_NeedsItsScope()
    {
        var body = Body(shop.Reference());

        using var refused = await shop.PlaceAsync(body, shop.OrdersOnly, "?include=codes");
        await refused.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");

        // Refused before anything was done: the reference is free.
        await shop.PlacedAsync(body, shop.OrdersOnly);
    }

    [Fact]
    public async Task OperatorsKey_PlacesNoOrders()
    {
        using var answer = await shop.PlaceAsync(Body(shop.Reference()), TestHost.OperatorKey);

        await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task NoKey_Is401()
    {
        using var answer = await shop.Host.PostAsync("/v1/orders", null, Body(shop.Reference()));

        await answer.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Theory]
    [InlineData("?include=everything", "include")]
    [InlineData("?include=codes&include=codes", "include")]
    [InlineData("?inclde=codes", "inclde")]
    public async Task UnknownQuery_IsRefused(string query, string param)
    {
        using var answer = await shop.PlaceAsync(Body(shop.Reference()), query: query);

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static HashSet<string> Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];
}
