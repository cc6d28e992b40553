using System.Net;
using System.Text;
using System.Text.Json;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Suppliers;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Units;

/// <summary>What does not match between suppliers and us, as operators see it.</summary>
public sealed class DiscrepancyTests(UnitDesk desk) : IClassFixture<UnitDesk>
{
    private const string Secret = "QUARANTINED-77";

    [Fact]
    public async Task QuarantinedCode_IsShown_WithTheScopeForCodes_AuditedAndCounted()
    {
        var id = await PlantAsync(new CodeText("1001", Secret));
        await desk.RefusedAsync($"discrepancies/{id}/reveal", desk.Li, null, HttpStatusCode.Forbidden, "forbidden");
        var key = await desk.Host.KeyAsync("operator:chen", ["admin", "codes"]);

        using var answer = await desk.PostAsync($"discrepancies/{id}/reveal", key);
        var shown = await answer.JsonAsync();

        Assert.Equal((HttpStatusCode.OK, true), (answer.StatusCode, answer.Headers.CacheControl?.NoStore));
        Assert.Equal((id, "1001", Secret), (Text(shown, "discrepancyId"), Text(shown, "number"), Text(shown, "secret")));
        var audited = (await desk.GetAsync($"audit?subject=discrepancy:{id}")).GetProperty("data").EnumerateArray().Single();
        Assert.Equal(("discrepancy.codeRevealed", "operator:chen"), (Text(audited, "action"), Text(audited, "actor")));
        Assert.DoesNotContain(Secret, audited.ToString(), StringComparison.Ordinal);
        var counted = (await desk.GetAsync("reveals")).GetProperty("data").EnumerateArray().Single(sum => Text(sum, "actor") == "operator:chen");
        Assert.Equal((1, 1), (counted.GetProperty("reveals").GetInt32(), counted.GetProperty("codes").GetInt32()));
    }

    [Fact]
    public async Task QuarantinedCode_IsNotShown_WhenTheAuditCannotBeWritten()
    {
        var id = await PlantAsync(new CodeText(null, Secret));
        var key = await desk.Host.KeyAsync("operator:zhao", ["admin", "codes"]);
        await desk.QueryAsync<long>("CREATE TRIGGER no_audit BEFORE INSERT ON audit_entries WHEN NEW.actor = 'operator:zhao' BEGIN SELECT RAISE(ABORT, 'full'); END");

        using var answer = await desk.PostAsync($"discrepancies/{id}/reveal", key);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.DoesNotContain(Secret, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, desk.Host.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisputedMoney_IsDropped_WithANote_ByTwoPeople()
    {
        var id = await PlantAsync(null, kind: 1, amount: 60_000);
        await desk.QueryAsync<long>("INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency) SELECT 7, 7, 10, id, 9, id, 60000, 'CNY' FROM suppliers WHERE code = 'mute'");
        var open = (await desk.GetAsync("discrepancies?status=open&supplier=mute")).GetProperty("data").EnumerateArray().Single(item => Text(item, "kind") == "lateSuccess");
        Assert.Equal((id, "6.00", "mute"), (Text(open, "id"), Text(open, "amount"), Text(open, "supplier")));

        await desk.RefusedAsync($"discrepancies/{id}/resolve", desk.Li, """{"note":"","outcome":"dropped"}""", HttpStatusCode.BadRequest, "invalid_request", "/note");
        await desk.RefusedAsync($"discrepancies/{id}/resolve", desk.Li, """{"note":"credited"}""", HttpStatusCode.BadRequest, "invalid_request", "/outcome");
        await desk.RefusedAsync($"discrepancies/{id}/approve", desk.Wang, null, HttpStatusCode.Conflict, "not_pending");
        var waits = await desk.DoAsync($"discrepancies/{id}/resolve", desk.Li, """{"note":"credited with bill 11/22","outcome":"dropped"}""", HttpStatusCode.Accepted);
        Assert.Equal(("pendingApproval", "operator:li", "dropped", null), (Text(waits, "status"), Text(waits, "proposedBy"), Text(waits, "outcome"), Text(waits, "resolvedBy")));
        await desk.RefusedAsync($"discrepancies/{id}/approve", desk.Li, null, HttpStatusCode.Forbidden, "second_person_required");
        Assert.Equal(id, Text((await desk.GetAsync("discrepancies?status=pendingApproval")).GetProperty("data")[0], "id"));
        await desk.DoAsync($"discrepancies/{id}/reject", desk.Wang, """{"reason":"which bill?"}""");
        await desk.DoAsync($"discrepancies/{id}/resolve", desk.Li, """{"note":"credited with bill 11/22","outcome":"dropped"}""", HttpStatusCode.Accepted);
        var resolved = await desk.DoAsync($"discrepancies/{id}/approve", desk.Wang);

        Assert.Equal(("resolved", "operator:wang", "credited with bill 11/22", null), (Text(resolved, "status"), Text(resolved, "resolvedBy"), Text(resolved, "note"), Text(resolved, "rejection")));
        await desk.RefusedAsync($"discrepancies/{id}/resolve", desk.Wang, """{"note":"again","outcome":"accepted"}""", HttpStatusCode.Conflict, "not_pending");
        Assert.DoesNotContain(id, (await desk.GetAsync("discrepancies?status=open")).GetProperty("data").EnumerateArray().Select(item => Text(item, "id")));
        Assert.Contains(id, (await desk.GetAsync("discrepancies?status=resolved")).GetProperty("data").EnumerateArray().Select(item => Text(item, "id")));
        var audited = await desk.GetAsync($"audit?subject=discrepancy:{id}");
        Assert.DoesNotContain("11/22", audited.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            ("discrepancy.approved", """{"status":"resolved","outcome":"dropped","amount":"6.00","currency":"CNY"}"""),
            (Text(audited.GetProperty("data")[0], "action"), audited.GetProperty("data")[0].GetProperty("after").ToString()));
        await desk.AssertSoundAsync();
    }

    [Fact]
    public async Task DiscrepancyWithoutACode_ShowsNone()
    {
        var key = await desk.Host.KeyAsync("operator:sun", ["admin", "codes"]);
        await desk.RefusedAsync($"discrepancies/{await PlantAsync(null)}/reveal", key, null, HttpStatusCode.Conflict, "state_conflict");
        await desk.RefusedAsync($"discrepancies/{PublicId.Format(PublicId.Discrepancy, 77)}/reveal", key, null, HttpStatusCode.NotFound, "not_found");
        Assert.DoesNotContain((await desk.GetAsync("reveals")).GetProperty("data").EnumerateArray(), sum => Text(sum, "actor") == "operator:sun");
    }

    [Fact]
    public async Task StrayCallbacks_AreShownMasked_AndTheLookIsAudited()
    {
        foreach (var (supplier, i) in new[] { ("mute", 1), ("mute", 2), ("mute", 3), ("asked", 4) })
        {
            await StrayAsync(supplier, $$$"""{"code":{{{i}}},"data":{"status":"DOUBT","cards":[{"card":"{{{Secret}}}"}]},"mobile":"{{{UnitDesk.Recipient}}}"}""");
        }

        var first = await desk.GetAsync("stray-callbacks?supplier=mute&limit=2");
        var second = await desk.GetAsync($"stray-callbacks?supplier=mute&limit=2&cursor={Text(first, "nextCursor")}");

        var all = first.GetProperty("data").EnumerateArray().Concat(second.GetProperty("data").EnumerateArray()).ToList();
        Assert.Equal([3, 2, 1], all.Select(stray => JsonDocument.Parse(Text(stray, "body")!).RootElement.GetProperty("code").GetInt32()));
        Assert.All(all, stray => Assert.Equal(("mute", "77-4711"), (Text(stray, "supplier"), Text(stray, "reference"))));
        Assert.Contains("""
            "data":{"status":"DOUBT","cards":[{"card":"(14 characters)"}]},"mobile":"(11 characters)"
            """, Text(all[0], "body"), StringComparison.Ordinal);
        var looks = (await desk.GetAsync("audit?subject=strayCallbacks")).GetProperty("data").EnumerateArray().Select(look => (Text(look, "action"), Text(look, "actor"), look.GetProperty("after").ToString()));
        Assert.Equal([("strayCallbacks.viewed", "operator:li", """{"callbacks":1}"""), ("strayCallbacks.viewed", "operator:li", """{"callbacks":2}""")], looks);
        Assert.DoesNotContain("asked", all.Select(stray => Text(stray, "supplier")));
    }

    // As contradictions leave it; those are tested where they are found.
    private async Task<string> PlantAsync(CodeText? code, int kind = 4, long amount = 0)
    {
        var id = desk.Host.Services.GetRequiredService<IdGenerator>().Next();
        var kept = code is { } text ? desk.Host.Services.GetRequiredService<ICodeProtection>().Protect(id, text) : null;
        await desk.QueryAsync<long>("""
            INSERT INTO discrepancies (id, kind, status, supplier_id, attempt_id, unit_id, amount, currency, detail, code, fingerprint)
            SELECT @id, @kind, 10, id, @id, 8, @amount, 'CNY', 'a code beside what was delivered', @kept, x'01' FROM suppliers WHERE code = 'mute'
            """, new { id, kind, amount, kept });
        return PublicId.Format(PublicId.Discrepancy, id);
    }

    private async Task StrayAsync(string supplier, string body)
    {
        var id = desk.Host.Services.GetRequiredService<IdGenerator>().Next();
        await desk.QueryAsync<long>(
            "INSERT INTO stray_callbacks (id, supplier_id, reference, body) SELECT @id, id, '77-4711', @kept FROM suppliers WHERE code = @supplier",
            new { id, supplier, kept = desk.Host.Services.GetRequiredService<ISupplierVault>().ProtectAnswer(id, Encoding.UTF8.GetBytes(body)) });
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
