using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Units;

/// <summary>What people deliver by hand.</summary>
public sealed class ManualQueueTests(UnitDesk desk) : IClassFixture<UnitDesk>
{
    [Fact]
    public async Task CodeDeliveredByHand_IsTheBuyers_AndKnownFromThenOn()
    {
        var order = await desk.PlaceAsync("CODE", "manual", quantity: 2);
        await desk.DoAsync($"units/{order.Unit}/take", desk.Li);
        var done = await desk.DoAsync($"units/{order.Unit}/deliver", desk.Li, """{"code":{"number":"N-1","secret":"BY-HAND-1","expiresOn":"2031-12-31"},"supplier":"mute","cost":"6.50"}""");

        Assert.Equal(("deliverCode", "done", "operator:li", "6.50"), (Text(done, "kind"), Text(done, "status"), Text(done, "decidedBy"), Text(done, "cost")));
        Assert.DoesNotContain("BY-HAND", done.ToString(), StringComparison.Ordinal);
        var unit = (await desk.OrderAsync(order.OrderId, codes: true)).GetProperty("lines")[0].GetProperty("units").EnumerateArray().Single(unit => Text(unit, "id") == order.Unit);
        Assert.Equal(("delivered", "N-1", "BY-HAND-1"), (Text(unit, "status"), Text(unit.GetProperty("code"), "number"), Text(unit.GetProperty("code"), "secret")));

        await desk.DoAsync($"units/{order.Units[1]}/take", desk.Li);
        await desk.RefusedAsync($"units/{order.Units[1]}/deliver", desk.Li, """{"code":{"number":"N1","secret":"BY HAND-1"}}""", HttpStatusCode.Conflict, "already_exists", "/code");
        await desk.RefusedAsync($"units/{order.Unit}/deliver", desk.Li, """{"code":{"secret":"OTHER-1"}}""", HttpStatusCode.Conflict, "state_conflict");
        await desk.DoAsync($"units/{order.Units[1]}/deliver", desk.Li, """{"code":{"secret":"BY-HAND-2"}}""");
        Assert.Equal("fulfilled", Text(await desk.OrderAsync(order.OrderId), "status"));
        await desk.AssertSoundAsync();
    }

    [Fact]
    public async Task TopUpDoneByHand_KeepsItsProof_Encrypted_AndItsCost()
    {
        var order = await desk.PlaceAsync("TOPUP", "manual");
        var taken = await desk.DoAsync($"units/{order.Unit}/take", desk.Li);
        Assert.Equal((UnitDesk.Recipient, "S1"), (Text(taken, "recipient"), Text(taken.GetProperty("inputs"), "server")));

        await desk.RefusedAsync($"units/{order.Unit}/deliver", desk.Li, """{"code":{"secret":"A-CODE-1"}}""", HttpStatusCode.BadRequest, "invalid_request", "/proof");
        await desk.RefusedAsync($"units/{order.Unit}/deliver", desk.Li, """{"proof":"wire 4711","cost":"6.00"}""", HttpStatusCode.BadRequest, "invalid_request", "/supplier");
        await desk.DoAsync($"units/{order.Unit}/deliver", desk.Li, """{"proof":"wire 4711 of that day","supplier":"mute","cost":"6.00"}""");

        Assert.Equal("fulfilled", Text(await desk.OrderAsync(order.OrderId), "status"));
        var shown = await desk.GetAsync($"units/{order.Unit}");
        Assert.Equal("wire 4711 of that day", Text(shown.GetProperty("decisions")[0], "evidence"));
        Assert.Equal(("issued", "mute", "6.00", "by_hand"), (Text(shown.GetProperty("attempts")[0], "state"), Text(shown.GetProperty("attempts")[0], "supplier"), Text(shown.GetProperty("attempts")[0], "unitCost"), Text(shown.GetProperty("attempts")[0], "reason")));
        Assert.DoesNotContain("wire 4711", string.Join('|', (await desk.QueryAsync<byte[]>("SELECT content FROM unit_decisions WHERE content IS NOT NULL")).Select(System.Text.Encoding.Latin1.GetString)), StringComparison.Ordinal);
        await desk.AssertSoundAsync();
    }

    [Fact]
    public async Task OnlyWhoHasTakenAUnit_DeliversOrFailsIt()
    {
        var order = await desk.PlaceAsync("CODE", "manual");
        const string Code = """{"code":{"secret":"ONLY-HOLDER-1"}}""";
        await desk.RefusedAsync($"units/{order.Unit}/deliver", desk.Li, Code, HttpStatusCode.Conflict, "state_conflict");
        await desk.DoAsync($"units/{order.Unit}/take", desk.Li);
        await desk.DoAsync($"units/{order.Unit}/take", desk.Li);
        await desk.RefusedAsync($"units/{order.Unit}/take", desk.Wang, null, HttpStatusCode.Conflict, "state_conflict");
        await desk.RefusedAsync($"units/{order.Unit}/deliver", desk.Wang, Code, HttpStatusCode.Conflict, "state_conflict");
        await desk.RefusedAsync($"units/{order.Unit}/fail", desk.Wang, """{"reason":"no"}""", HttpStatusCode.Conflict, "state_conflict");
        await desk.RefusedAsync($"units/{order.Unit}/release", desk.Wang, null, HttpStatusCode.Conflict, "state_conflict");
        Assert.Equal("operator:li", Text((await desk.GetAsync($"units/{order.Unit}")).GetProperty("unit"), "takenBy"));

        await desk.DoAsync($"units/{order.Unit}/release", desk.Li, status: HttpStatusCode.NoContent);
        await desk.DoAsync($"units/{order.Unit}/take", desk.Wang);
        await desk.DoAsync($"units/{order.Unit}/deliver", desk.Wang, Code);
        await desk.AssertSoundAsync();
    }

    [Fact]
    public async Task OfTwoAtOnce_OneTakesAUnit_AndOneCodeIsDelivered()
    {
        for (var i = 0; i < 5; i++)
        {
            var order = await desk.PlaceAsync("CODE", "manual");
            var taken = await Task.WhenAll(desk.PostAsync($"units/{order.Unit}/take", desk.Li), desk.PostAsync($"units/{order.Unit}/take", desk.Wang));
            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], taken.Select(answer => answer.StatusCode).Order());

            var holder = taken[0].StatusCode == HttpStatusCode.OK ? desk.Li : desk.Wang;
            var delivered = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => desk.PostAsync($"units/{order.Unit}/deliver", holder, $$$"""{"code":{"secret":"RACE-{{{i}}}-{{{n}}}"}}""")));
            Assert.Equal(1, delivered.Count(answer => answer.StatusCode == HttpStatusCode.OK));
            Assert.Equal(3, delivered.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        }

        await desk.AssertSoundAsync();
    }

    [Fact]
    public async Task WhereTheSkuSaysSo_ASecondPersonApproves()
    {
        var order = await desk.PlaceAsync("CHECKED", "manual");
        await desk.DoAsync($"units/{order.Unit}/take", desk.Li);
        var proposed = await desk.DoAsync($"units/{order.Unit}/deliver", desk.Li, """{"code":{"secret":"CHECKED-1"}}""", HttpStatusCode.Accepted);
        var id = Text(proposed, "id");
        Assert.Equal("pendingApproval", Text(proposed, "status"));
        Assert.Equal("processing", Text(await desk.OrderAsync(order.OrderId), "status"));
        await desk.DoAsync($"units/{order.Unit}/take", desk.Wang);
        await desk.RefusedAsync($"units/{order.Unit}/fail", desk.Wang, """{"reason":"no"}""", HttpStatusCode.Conflict, "state_conflict");
        await desk.RefusedAsync($"decisions/{id}/approve", desk.Li, null, HttpStatusCode.Forbidden, "second_person_required");

        await desk.DoAsync($"decisions/{id}/reject", desk.Wang, """{"reason":"the picture is unreadable"}""");
        await desk.RefusedAsync($"decisions/{id}/approve", desk.Wang, null, HttpStatusCode.Conflict, "not_pending");
        Assert.Equal("manual", Text((await desk.GetAsync($"units/{order.Unit}")).GetProperty("unit"), "state"));

        await desk.DoAsync($"units/{order.Unit}/release", desk.Wang, status: HttpStatusCode.NoContent);
        await desk.DoAsync($"units/{order.Unit}/take", desk.Li);
        var again = await desk.DoAsync($"units/{order.Unit}/deliver", desk.Li, """{"code":{"secret":"CHECKED-2"}}""", HttpStatusCode.Accepted);
        Assert.Contains(Text(again, "id"), (await desk.GetAsync("decisions")).GetProperty("data").EnumerateArray().Select(item => Text(item, "id")));
        var both = await Task.WhenAll(desk.PostAsync($"decisions/{Text(again, "id")}/approve", desk.Wang), desk.PostAsync($"decisions/{Text(again, "id")}/approve", desk.Wang));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], both.Select(answer => answer.StatusCode).Order());
        var unit = (await desk.OrderAsync(order.OrderId, codes: true)).GetProperty("lines")[0].GetProperty("units")[0];
        Assert.Equal("CHECKED-2", Text(unit.GetProperty("code"), "secret"));
        Assert.DoesNotContain(Text(again, "id"), (await desk.GetAsync("decisions")).GetProperty("data").EnumerateArray().Select(item => Text(item, "id")));
        await desk.AssertSoundAsync();
    }

    [Fact]
    public async Task CodeThatCameInMeanwhile_IsNotApproved()
    {
        var proposedFor = await desk.PlaceAsync("CHECKED", "manual");
        var other = await desk.PlaceAsync("CODE", "manual");
        await desk.DoAsync($"units/{proposedFor.Unit}/take", desk.Li);
        var proposed = await desk.DoAsync($"units/{proposedFor.Unit}/deliver", desk.Li, """{"code":{"secret":"MEANWHILE-1"}}""", HttpStatusCode.Accepted);
        await desk.DoAsync($"units/{other.Unit}/take", desk.Li);
        await desk.DoAsync($"units/{other.Unit}/deliver", desk.Li, """{"code":{"secret":"MEANWHILE-1"}}""");

        await desk.RefusedAsync($"decisions/{Text(proposed, "id")}/approve", desk.Wang, null, HttpStatusCode.Conflict, "already_exists", "/code");
        await desk.AssertSoundAsync();
    }

    [Fact]
    public async Task UnitThatCannotBeDelivered_GivesItsMoneyBack()
    {
        var order = await desk.PlaceAsync("CODE", "manual");
        await desk.DoAsync($"units/{order.Unit}/take", desk.Li);
        await desk.DoAsync($"units/{order.Unit}/fail", desk.Li, """{"reason":"the wholesaler is closed"}""");

        var after = await desk.OrderAsync(order.OrderId);
        Assert.Equal(("failed", "manual_failed"), (Text(after, "status"), Text(after.GetProperty("lines")[0].GetProperty("units")[0].GetProperty("failure"), "code")));
        await desk.RefusedAsync($"units/{order.Unit}/resubmit", desk.Li, """{"reason":"open again"}""", HttpStatusCode.Conflict, "state_conflict");
        await desk.AssertSoundAsync();
    }

    [Fact]
    public async Task FailedUnit_GoesRoundItsRoutesAgain_WhileItsOrderIsOpen()
    {
        var order = await desk.PlaceAsync("CODE", "manual", quantity: 2);
        await desk.DoAsync($"units/{order.Unit}/take", desk.Li);
        await desk.DoAsync($"units/{order.Unit}/fail", desk.Li, """{"reason":"the wholesaler is closed"}""");
        Assert.Contains(order.Unit, (await desk.GetAsync("units?state=failed&limit=200")).GetProperty("data").EnumerateArray().Select(unit => Text(unit, "id")));
        await desk.AssertSoundAsync();

        await desk.DoAsync($"units/{order.Unit}/resubmit", desk.Li, """{"reason":"open again"}""");
        await desk.UntilAsync(order.OrderId, state => state == "manual");
        await desk.AssertSoundAsync();
        foreach (var (unit, i) in order.Units.Select((unit, i) => (unit, i)))
        {
            await desk.DoAsync($"units/{unit}/take", desk.Li);
            await desk.DoAsync($"units/{unit}/deliver", desk.Li, $$$"""{"code":{"secret":"AGAIN-{{{i}}}"}}""");
        }

        Assert.Equal("fulfilled", Text(await desk.OrderAsync(order.OrderId), "status"));
        await desk.AssertSoundAsync();
    }

    [Theory]
    [InlineData("""{}""", "")]
    [InlineData("""{"code":{"secret":"X-1"},"proof":"both"}""", "")]
    [InlineData("""{"code":{"secret":"没有库存 请稍后"}}""", "/code")]
    [InlineData("""{"code":{"secret":"X-1","expiresOn":"2020-01-01"}}""", "/code")]
    [InlineData("""{"code":{"secret":"X-1"},"supplier":"nobody"}""", "/supplier")]
    public async Task WhatIsNoDelivery_IsRefused(string body, string param)
    {
        var order = await desk.PlaceAsync("CODE", "manual");
        await desk.DoAsync($"units/{order.Unit}/take", desk.Li);
        await desk.RefusedAsync($"units/{order.Unit}/deliver", desk.Li, body, HttpStatusCode.BadRequest, "invalid_request", param);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
