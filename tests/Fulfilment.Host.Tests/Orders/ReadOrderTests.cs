using System.Net;
using System.Text.Json;
using static Fulfilment.Host.Tests.Orders.Shop;

namespace Fulfilment.Host.Tests.Orders;

/// <summary>Getting, listing, revealing and cancelling orders.</summary>
public sealed class ReadOrderTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task Get_ShowsTheOrder_WithoutCodes()
    {
        var placed = await shop.PlacedAsync(Body(shop.Reference(), quantity: 2));

        using var answer = await shop.Host.GetAsync($"/v1/orders/{Id(placed)}", shop.OrdersOnly);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(placed.GetRawText(), (await answer.JsonAsync()).GetRawText());
        Assert.Empty(await shop.AuditAsync(Id(placed)));
    }

    [Fact]
    public async Task GetWithCodes_IsAnAuditedReveal()
    {
        var placed = await shop.PlacedAsync(Body(shop.Reference(), quantity: 2), query: "?include=codes");

        using var refused = await shop.Host.GetAsync($"/v1/orders/{Id(placed)}?include=codes", shop.OrdersOnly);
        await refused.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        Assert.Empty(await shop.AuditAsync(Id(placed)));
        using var answer = await shop.Host.GetAsync($"/v1/orders/{Id(placed)}?include=codes", shop.Key);

        Assert.Equal(placed.GetRawText(), (await answer.JsonAsync()).GetRawText());
        Assert.Equal([("codes.revealed", "storefront:shop-1", """{"codes":2}""")], await shop.AuditAsync(Id(placed)));
    }

    [Fact]
    public async Task Codes_AreListed_AndAudited()
    {
        var placed = await shop.PlacedAsync(Body(shop.Reference(), quantity: 2), query: "?include=codes");

        using var refused = await shop.Host.GetAsync($"/v1/orders/{Id(placed)}/codes", shop.OrdersOnly);
        await refused.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        using var answer = await shop.Host.GetAsync($"/v1/orders/{Id(placed)}/codes", shop.Key);

        var list = await answer.JsonAsync();
        Assert.Equal(JsonValueKind.Null, list.GetProperty("nextCursor").ValueKind);
        var units = placed.GetProperty("lines")[0].GetProperty("units").EnumerateArray().ToList();
        Assert.Equal(
            units.Select(unit => (unit.GetProperty("id").GetString(), "VIP", unit.GetProperty("code").GetProperty("number").GetString(), unit.GetProperty("code").GetProperty("secret").GetString(), "2027-01-31")),
            list.GetProperty("data").EnumerateArray().Select(code => (Text(code, "unitId"), Text(code, "sku")!, Text(code, "number"), Text(code, "secret"), Text(code, "expiresOn")!)));
        Assert.Equal([("codes.revealed", "storefront:shop-1", """{"codes":2}""")], await shop.AuditAsync(Id(placed)));
    }

    // The entry is on disk before anything is shown: where it cannot be written, nothing is.
    [Fact]
    public async Task RevealThatCannotBeAudited_ShowsNothing()
    {
        var body = Body(shop.Reference());
        var placed = await shop.PlacedAsync(body);
        await shop.ExecuteAsync("CREATE TRIGGER unwritable BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'no'); END");
        try
        {
            using var shown = await shop.Host.GetAsync($"/v1/orders/{Id(placed)}?include=codes", shop.Key);
            using var listed = await shop.Host.GetAsync($"/v1/orders/{Id(placed)}/codes", shop.Key);
            using var repeated = await shop.PlaceAsync(body, query: "?include=codes");

            foreach (var answer in (HttpResponseMessage[])[shown, listed, repeated])
            {
                await answer.AssertProblemAsync(HttpStatusCode.InternalServerError, "internal");
            }
        }
        finally
        {
            await shop.ExecuteAsync("DROP TRIGGER unwritable");
        }
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "?include=codes")]
    [InlineData("GET", "/codes")]
    [InlineData("POST", "/cancel")]
    public async Task OrderOfAnotherStorefront_Is404(string method, string path)
    {
        var placed = await shop.PlacedAsync(Body(shop.Reference(), quantity: 2), shop.HeldKey, expected: HttpStatusCode.Accepted);

        using var answer = await shop.Host.SendAsync(new HttpMethod(method), $"/v1/orders/{Id(placed)}{path}", shop.OtherKey);

        await answer.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        Assert.Empty(await shop.AuditAsync(Id(placed)));
    }

    [Theory]
    [InlineData("ord_0000000000001")]
    [InlineData("ord_")]
    [InlineData("ord_zzzzzzzzzzzzz")]
    [InlineData("ord_8000000000000")]
    [InlineData("ORD_0000000000001")]
    [InlineData("unt_0000000000001")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("ord_000000000000l")]
    [InlineData("ord_%F0%9F%98%80")]
    [InlineData("%ED%A0%80")]
    [InlineData("'%20OR%201=1")]
    public async Task OrderThatIsNot_Is404(string id)
    {
        foreach (var path in (string[])["", "?include=codes", "/codes"])
        {
            using var answer = await shop.Host.GetAsync($"/v1/orders/{id}{path}", shop.Key);
            Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{(int)answer.StatusCode}");
            Assert.Contains((await answer.JsonAsync()).GetProperty("code").GetString(), (string[])["not_found", "invalid_request"]);
        }
    }

    [Fact]
    public async Task List_GoesOnWhereItEnded_WhateverIsPlacedMeanwhile()
    {
        var reference = shop.Reference();
        var placed = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            placed.Add(Id(await shop.PlacedAsync(Body($"{reference}-{i}"), shop.OtherKey)));
        }

        var (listed, cursor) = (new List<string>(), "");
        do
        {
            using var answer = await shop.Host.GetAsync($"/v1/orders?limit=3{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}", shop.OtherKey);
            var page = await answer.JsonAsync();
            Assert.InRange(page.GetProperty("data").GetArrayLength(), 1, 3);
            listed.AddRange(page.GetProperty("data").EnumerateArray().Select(Id));
            cursor = Text(page, "nextCursor") ?? "";
            await shop.PlacedAsync(Body(shop.Reference()), shop.OtherKey);
        }
        while (cursor.Length > 0);

        Assert.Equal(listed.Distinct(), listed);
        Assert.Equal(listed.OrderDescending(StringComparer.Ordinal), listed);
        Assert.Equal(placed.AsEnumerable().Reverse(), listed.Where(placed.Contains));
    }

    [Fact]
    public async Task List_IsFiltered()
    {
        var reference = shop.Reference();
        var order = await shop.PlacedAsync(Body(reference, "INPUT", line: ""","inputs":{"server":"S1"}"""));
        var at = Uri.EscapeDataString(order.GetProperty("createdAt").GetString()!);
        var id = Id(order);

        Assert.Equal([id], await ListAsync($"?clientReference={reference}"));
        Assert.Equal([id], await ListAsync("?sku=INPUT"));
        Assert.Equal([id], await ListAsync($"?sku=INPUT&status=fulfilled&clientReference={reference}&from={at}"));
        Assert.Equal([id], await ListAsync($"?clientReference={reference}&to=9999-12-31T23:59:59Z&from=0001-01-01T00:00:00Z"));
        Assert.Contains(id, await ListAsync("?status=fulfilled&limit=200"));
        Assert.Empty(await ListAsync($"?clientReference={reference}&status=held"));
        Assert.Empty(await ListAsync($"?clientReference={reference}&to={at}"));
        Assert.Empty(await ListAsync($"?clientReference={reference}&sku=VIP"));
        Assert.Empty(await ListAsync("?sku=NOTHING"));
        Assert.Empty(await ListAsync($"?clientReference={reference.ToLowerInvariant()}"));
        using var other = await shop.Host.GetAsync($"/v1/orders?clientReference={reference}", shop.OtherKey);
        Assert.Equal(0, (await other.JsonAsync()).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task List_ShowsNoCodes()
    {
        await shop.PlacedAsync(Body(shop.Reference()));

        using var answer = await shop.Host.GetAsync("/v1/orders", shop.Key);

        Assert.DoesNotContain("VIP-S", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var asked = await shop.Host.GetAsync("/v1/orders?include=codes", shop.Key);
        await asked.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "include");
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("limit=99999999999", "limit")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("cursor=", "cursor")]
    [InlineData("cursor=ord_0000000000001", "cursor")]
    [InlineData("status=lost", "status")]
    [InlineData("status=", "status")]
    [InlineData("status=Held", "status")]
    [InlineData("status=10", "status")]
    [InlineData("status=held&status=failed", "status")]
    [InlineData("sku=VIP&sku=FEW", "sku")]
    [InlineData("clientReference=a&clientReference=b", "clientReference")]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=", "from")]
    [InlineData("from=2026-11-30", "from")]
    [InlineData("from=2026-11-30T08:00:00", "from")]
    [InlineData("from=1764489600", "from")]
    [InlineData("from=Mon,%2030%20Nov%202026%2008:00:00%20GMT", "from")]
    [InlineData("from=08:00:00%20%20%20%202026-11-30", "from")]
    [InlineData("to=2026-13-01T00:00:00Z", "to")]
    [InlineData("to=2026-11-30T25:00:00Z", "to")]
    [InlineData("to=9999-12-31T23:59:59-23:59", "to")]
    [InlineData("to=2026-11-30T08:00:00Z&to=2026-11-30T08:00:00Z", "to")]
    [InlineData("statis=held", "statis")]
    public async Task FilterThatCannotBeMeant_Is400(string query, string param)
    {
        using var answer = await shop.Host.GetAsync($"/v1/orders?{query}", shop.Key);

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    [Fact]
    public async Task Cancel_EndsAHeldOrder_Once()
    {
        var held = await shop.PlacedAsync(Body(shop.Reference(), quantity: 2), shop.HeldKey, expected: HttpStatusCode.Accepted);

        using var cancelled = await shop.Host.SendAsync(HttpMethod.Post, $"/v1/orders/{Id(held)}/cancel", shop.HeldKey);
        using var again = await shop.Host.SendAsync(HttpMethod.Post, $"/v1/orders/{Id(held)}/cancel", shop.HeldKey);

        Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
        var order = await cancelled.JsonAsync();
        Assert.Equal(("cancelled", 2), (Text(order, "status"), order.GetProperty("version").GetInt32()));
        Assert.Equal("cancelled", Text(order.GetProperty("lines")[0].GetProperty("units")[0], "status"));
        await again.AssertProblemAsync(HttpStatusCode.Conflict, "not_cancellable");
    }

    [Fact]
    public async Task DeliveredOrder_IsNotCancellable()
    {
        var order = await shop.PlacedAsync(Body(shop.Reference()));

        using var answer = await shop.Host.SendAsync(HttpMethod.Post, $"/v1/orders/{Id(order)}/cancel", shop.Key);

        await answer.AssertProblemAsync(HttpStatusCode.Conflict, "not_cancellable");
    }

    [Fact]
    public async Task ReleasedOrder_ShowsItsCodes_ToItsRepeat()
    {
        var body = Body(shop.Reference(), quantity: 2);
        var held = await shop.PlacedAsync(body, shop.HeldKey, expected: HttpStatusCode.Accepted);

        using var released = await shop.Host.PostAsync($"/v1/admin/orders/{Id(held)}/release", TestHost.OperatorKey, "");
        using var again = await shop.Host.PostAsync($"/v1/admin/orders/{Id(held)}/release", TestHost.OperatorKey, "");
        var repeat = await shop.PlacedAsync(body, shop.HeldKey, "?include=codes", HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.OK, released.StatusCode);
        await again.AssertProblemAsync(HttpStatusCode.Conflict, "not_held");
        Assert.Equal((Id(held), "fulfilled"), (Id(repeat), Text(repeat, "status")));
        Assert.NotEmpty(repeat.GetProperty("lines")[0].GetProperty("units")[1].GetProperty("code").GetProperty("secret").GetString()!);
        Assert.Equal(["codes.revealed", "order.released"], (await shop.AuditAsync(Id(held))).Select(entry => entry.Action));
    }

    private async Task<IReadOnlyList<string>> ListAsync(string query)
    {
        using var answer = await shop.Host.GetAsync($"/v1/orders{query}", shop.Key);
        var list = await answer.JsonAsync();
        Assert.True(answer.StatusCode is HttpStatusCode.OK, list.ToString());
        return [.. list.GetProperty("data").EnumerateArray().Select(Id)];
    }

    private static string Id(JsonElement order) => order.GetProperty("id").GetString()!;

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
