using System.Net;
using System.Text.Json;
using static Fulfilment.Host.Tests.Orders.Shop;

namespace Fulfilment.Host.Tests.Orders;

/// <summary>What a person was given.</summary>
public sealed class BenefitSearchTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task ByRecipient_FindsTheUnitsOfItsLines_NewestFirst_WithoutCodes()
    {
        const string Mixed = """,{"sku":"VIP","quantity":1,"recipient":"13900000002"},{"sku":"WHO","quantity":1,"recipient":"13900000001"}""";
        var older = await shop.PlacedAsync(Body(shop.Reference(), "WHO", line: ""","recipient":"13900000001" """));
        var reference = shop.Reference();
        var newer = await shop.PlacedAsync($$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{"sku":"VIP","quantity":2,"recipient":" 13900000001 "}{{Mixed}}]}""");
        await shop.PlacedAsync(Body(shop.Reference(), line: ""","recipient":"13900000001" """), shop.OtherKey);

        var found = await SearchAsync("""{"recipient":"13900000001"}""");

        Assert.Equal([Id(newer), Id(newer), Id(newer), Id(older)], found.Select(unit => unit.GetProperty("orderId").GetString()));
        Assert.Equal(["WHO", "VIP", "VIP", "WHO"], found.Select(unit => unit.GetProperty("sku").GetString()));
        Assert.All(found, unit => Assert.Equal(("139****0001", "delivered"), (unit.GetProperty("recipient").GetString(), unit.GetProperty("status").GetString())));
        var vip = found[1];
        var line = newer.GetProperty("lines")[0];
        Assert.Equal(
            (reference, line.GetProperty("id").GetString(), line.GetProperty("units")[1].GetProperty("id").GetString(), "2027-01-31", line.GetProperty("units")[1].GetProperty("deliveredAt").GetString()),
            (vip.GetProperty("clientReference").GetString(), vip.GetProperty("lineId").GetString(), vip.GetProperty("unitId").GetString(), vip.GetProperty("expiresOn").GetString(), vip.GetProperty("deliveredAt").GetString()));
        Assert.Equal(JsonValueKind.Null, vip.GetProperty("replacesUnitId").ValueKind);
        Assert.All(found, unit => Assert.False(unit.TryGetProperty("code", out _)));
    }

    [Fact]
    public async Task ByBuyer_FindsEveryUnit_PageByPage_EachOnce()
    {
        var expected = new List<string?>();
        foreach (var quantity in (int[])[3, 1, 4])
        {
            var order = await shop.PlacedAsync(Body(shop.Reference(), quantity: quantity, order: ""","buyer":{"reference":"buyer-1","contact":"x@example.com"}"""));
            expected.InsertRange(0, order.GetProperty("lines")[0].GetProperty("units").EnumerateArray().Select(unit => unit.GetProperty("id").GetString()).Reverse());
        }

        var found = new List<string?>();
        string? cursor = null;
        do
        {
            using var answer = await shop.Host.PostAsync($"/v1/benefits/search?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}", shop.OrdersOnly, """{"buyerReference":"buyer-1"}""");
            var page = await answer.JsonAsync();
            Assert.InRange(page.GetProperty("data").GetArrayLength(), 1, 3);
            found.AddRange(page.GetProperty("data").EnumerateArray().Select(unit => unit.GetProperty("unitId").GetString()));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(expected, found);
        Assert.Empty(await SearchAsync("""{"recipient":"buyer-1"}"""));
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("""{"recipient":"1","buyerReference":"2"}""", "")]
    [InlineData("""{"recipient":null}""", "")]
    [InlineData("""{"recipient":"  "}""", "/recipient")]
    [InlineData("""{"buyerReference":"a\u0000b"}""", "/buyerReference")]
    [InlineData("""{"recipient":"\ud800"}""", "/recipient")]
    [InlineData("""{"phone":"1"}""", "/phone")]
    public async Task BadSearch_IsRefused_AndSaysNothingOfThePerson(string body, string? param)
    {
        using var answer = await shop.Host.PostAsync("/v1/benefits/search", shop.Key, body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.JsonAsync();
        Assert.Equal("invalid_request", problem.GetProperty("code").GetString());
        Assert.Equal(param, problem.TryGetProperty("param", out var at) ? at.GetString() : null);
    }

    [Fact]
    public async Task Operators_AndBadCursors_AreRefused()
    {
        using var byOperator = await shop.Host.PostAsync("/v1/benefits/search", TestHost.OperatorKey, """{"recipient":"1"}""");
        await byOperator.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        foreach (var cursor in (string[])["c2_", "c2_0akwdm60c0000", "c2_0akwdm60c00000akwdm60c000", "x"])
        {
            using var bad = await shop.Host.PostAsync($"/v1/benefits/search?cursor={cursor}", shop.Key, """{"recipient":"1"}""");
            await bad.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "cursor");
        }
    }

    private async Task<List<JsonElement>> SearchAsync(string body)
    {
        using var answer = await shop.Host.PostAsync("/v1/benefits/search", shop.OrdersOnly, body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray()];
    }

    private static string? Id(JsonElement order) => order.GetProperty("id").GetString();
}
