using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Units;

/// <summary>Unknowns: seen masked, and ended by evidence and a second person or not at all.</summary>
public sealed class UnknownTests(UnitDesk desk) : IClassFixture<UnitDesk>
{
    private const string Rejected = """{"outcome":"rejected","evidence":"mail of the supplier, ticket 77"}""";

    [Fact]
    public async Task UnknownOfASupplierThatCannotBeAsked_EndsByEvidenceAndASecondPerson()
    {
        var order = await desk.PlaceAsync("MUTE-TOPUP", "unknown");
        await desk.RefusedAsync($"units/{order.Unit}/take", desk.Li, null, HttpStatusCode.Conflict, "state_conflict");
        await desk.RefusedAsync($"units/{order.Unit}/deliver", desk.Li, """{"proof":"I did it"}""", HttpStatusCode.Conflict, "state_conflict");
        await desk.RefusedAsync($"units/{order.Unit}/resubmit", desk.Li, """{"reason":"again"}""", HttpStatusCode.Conflict, "state_conflict");
        await RefusedOnceOverAsync(order, """{"outcome":"issued","evidence":"ticket 77"}""", HttpStatusCode.BadRequest, "invalid_request", "/receipt");
        await desk.RefusedAsync($"units/{order.Unit}/settle", desk.Li, """{"outcome":"issued","evidence":" ","receipt":"R-77"}""", HttpStatusCode.BadRequest, "invalid_request", "/evidence");

        var proposed = await ProposeAsync(order, """{"outcome":"issued","evidence":"mail of the supplier, ticket 77","receipt":"R-77"}""");
        await desk.RefusedAsync($"units/{order.Unit}/settle", desk.Wang, Rejected, HttpStatusCode.Conflict, "state_conflict");
        await desk.RefusedAsync($"decisions/{Text(proposed, "id")}/approve", desk.Li, null, HttpStatusCode.Forbidden, "second_person_required");
        Assert.Equal("unknown", Text((await desk.GetAsync($"units/{order.Unit}")).GetProperty("unit"), "state"));
        await desk.DoAsync($"decisions/{Text(proposed, "id")}/approve", desk.Wang);

        Assert.Equal("fulfilled", Text(await desk.OrderAsync(order.OrderId), "status"));
        var attempt = (await desk.GetAsync($"units/{order.Unit}")).GetProperty("attempts")[0];
        Assert.Equal(("issued", "R-77", "6.00"), (Text(attempt, "state"), Text(attempt, "receipt"), Text(attempt, "unitCost")));
        await desk.AssertSoundAsync();
    }

    [Fact]
    public async Task UnknownThatWasNotIssued_GoesToTheNextRoute()
    {
        var order = await desk.PlaceAsync("MUTE-TOPUP", "unknown");
        var proposed = await ProposeAsync(order, Rejected);
        await desk.DoAsync($"decisions/{Text(proposed, "id")}/approve", desk.Wang);

        await desk.UntilAsync(order.OrderId, state => state == "manual");
        await desk.DoAsync($"units/{order.Unit}/take", desk.Li);
        await desk.DoAsync($"units/{order.Unit}/deliver", desk.Li, """{"proof":"wire 1"}""");
        await desk.AssertSoundAsync();
    }

    [Fact]
    public async Task UnknownCode_IsSettledWithTheCode_NeverWithOneThatIsKnown()
    {
        var first = await desk.PlaceAsync("CODE", "manual");
        await desk.DoAsync($"units/{first.Unit}/take", desk.Li);
        await desk.DoAsync($"units/{first.Unit}/deliver", desk.Li, """{"code":{"secret":"SETTLED-KNOWN"}}""");

        var order = await desk.PlaceAsync("MUTE-CODE", "unknown");
        await RefusedOnceOverAsync(order, """{"outcome":"issued","evidence":"ticket 78"}""", HttpStatusCode.BadRequest, "invalid_request", "/code");
        await desk.RefusedAsync(
            $"units/{order.Unit}/settle", desk.Li, """{"outcome":"issued","evidence":"ticket 78","code":{"secret":"SETTLED-KNOWN"}}""", HttpStatusCode.Conflict, "already_exists", "/code");
        var proposed = await ProposeAsync(order, """{"outcome":"issued","evidence":"ticket 78","code":{"secret":"SETTLED-1"},"cost":"6.20"}""");
        await desk.DoAsync($"decisions/{Text(proposed, "id")}/approve", desk.Wang);

        var unit = (await desk.OrderAsync(order.OrderId, codes: true)).GetProperty("lines")[0].GetProperty("units")[0];
        Assert.Equal("SETTLED-1", Text(unit.GetProperty("code"), "secret"));
        await desk.AssertSoundAsync();
    }

    [Fact]
    public async Task UnknownThatCanBeAskedFor_IsAskedFor_AndSettledByNobody()
    {
        var order = await desk.PlaceAsync("ASKED", "unknown");
        await Patience.UntilAsync(async () =>
        {
            using var answer = await desk.PostAsync($"units/{order.Unit}/settle", desk.Li, Rejected);
            await answer.AssertProblemAsync(HttpStatusCode.Conflict, "state_conflict");
            return (await answer.JsonAsync()).GetProperty("detail").GetString()!.StartsWith("asked can still be asked", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Look_ShowsOnlyWhatIsHarmless_AndIsAudited()
    {
        var order = await desk.PlaceAsync("MUTE-TOPUP", "unknown");
        var shown = await desk.GetAsync($"units/{order.Unit}");

        Assert.Equal("138****1234", Text(shown.GetProperty("unit"), "recipient"));
        var answer = shown.GetProperty("attempts")[0].GetProperty("answers")[0];
        Assert.Equal(("submission", 200), (Text(answer, "source"), answer.GetProperty("status").GetInt32()));
        Assert.Equal(
            """{"code":9999,"message":"(15 characters)","data":{"status":"DOUBT","cards":[{"card":"(19 characters)"}]}}""", Text(answer, "body"));
        Assert.DoesNotContain(DoubtfulSupplier.Secret, shown.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(UnitDesk.Recipient, shown.ToString(), StringComparison.Ordinal);
        var audit = (await desk.GetAsync($"audit?subject=unit:{order.Unit}&action=unit.viewed")).GetProperty("data");
        Assert.Equal("operator:li", Text(audit[0], "actor"));
    }

    [Fact]
    public async Task Lists_FindByStateSupplierSkuAndAge_PageByPage()
    {
        var orders = new List<PlacedUnits> { await desk.PlaceAsync("MUTE-CODE", "unknown", quantity: 2), await desk.PlaceAsync("MUTE-CODE", "unknown") };
        var expected = orders.SelectMany(order => order.Units).OrderDescending().ToList();

        var found = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await desk.GetAsync($"units?state=unknown&supplier=mute&sku=MUTE-CODE&limit=2{cursor}");
            Assert.DoesNotContain(UnitDesk.Recipient, page.ToString(), StringComparison.Ordinal);
            found.AddRange(page.GetProperty("data").EnumerateArray().Select(unit => Text(unit, "id")!));
            cursor = Text(page, "nextCursor") is { } next ? $"&cursor={next}" : null;
        }

        Assert.Equal(expected, found.Intersect(expected));
        Assert.Equal(found.OrderDescending(), found);
        Assert.Empty((await desk.GetAsync("units?state=unknown&supplier=asked&sku=MUTE-CODE")).GetProperty("data").EnumerateArray());
        Assert.Empty((await desk.GetAsync("units?to=2025-01-01T00:00:00Z")).GetProperty("data").EnumerateArray());
        Assert.Contains(expected[0], (await desk.GetAsync("units?limit=200")).GetProperty("data").EnumerateArray().Select(unit => Text(unit, "id")));
        using var delivered = await desk.Host.GetAsync("/v1/admin/units?state=delivered", desk.Li);
        await delivered.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "state");
    }

    [Fact]
    public async Task Summary_CountsTheMoneyInUnknowns()
    {
        await desk.PlaceAsync("MUTE-CODE", "unknown", quantity: 3);
        var sum = (await desk.GetAsync("unknowns")).GetProperty("data").EnumerateArray().Single(sum => Text(sum, "supplier") == "mute");
        var count = (await desk.QueryAsync<long>("SELECT count(*) FROM attempts WHERE state = 12 AND supplier_id = (SELECT id FROM suppliers WHERE code = 'mute')"))[0];

        Assert.Equal(("CNY", "hour", count, $"{6 * count}.00", $"{10 * count}.00"), (Text(sum, "currency"), Text(sum, "age"), sum.GetProperty("units").GetInt64(), Text(sum, "cost"), Text(sum, "held")));
    }

    // While its submission may be under way nobody may say what became of it.
    private async Task<JsonElement> ProposeAsync(PlacedUnits order, string body)
    {
        JsonElement proposed = default;
        await Patience.UntilAsync(async () =>
        {
            using var answer = await desk.PostAsync($"units/{order.Unit}/settle", desk.Li, body);
            proposed = await answer.JsonAsync();
            return answer.StatusCode == HttpStatusCode.Accepted;
        }, () => proposed.ToString());
        return proposed;
    }

    private Task RefusedOnceOverAsync(PlacedUnits order, string body, HttpStatusCode status, string code, string param) => Patience.UntilAsync(async () =>
    {
        using var answer = await desk.PostAsync($"units/{order.Unit}/settle", desk.Li, body);
        if (answer.StatusCode == HttpStatusCode.Conflict)
        {
            return false;
        }

        await answer.AssertProblemAsync(status, code, param);
        return true;
    });

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
