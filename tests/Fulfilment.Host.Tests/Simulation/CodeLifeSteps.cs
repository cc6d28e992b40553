using System.Text.Json;

namespace Fulfilment.Host.Tests.Simulation;

/// <summary>What buyers, operators and the engine do while the host serves; each is a few requests that may be refused, and may run beside the others.</summary>
internal static class CodeLifeSteps
{
    private static readonly string[] Shops = ["free", "paid"];
    private static readonly string[] Skus = ["ONE", "TWO"];

    public static readonly IReadOnlyList<(string Name, int Weight, Func<CodeLife, Task> Run)> All =
    [
        ("sale", 10, SellAsync),
        ("repeat of a sale", 3, RepeatAsync),
        ("import", 6, ImportAsync),
        ("decision on a held order", 4, SettleAsync),
        ("batch freeze", 2, life => ChangeBatchAsync(life, "freeze")),
        ("batch unfreeze", 3, life => ChangeBatchAsync(life, "unfreeze")),
        ("recall", 1, life => ChangeBatchAsync(life, "recall")),
        ("voiding of recalled keys", 2, life => life.VoidWithdrawnAsync()),
        ("expiry", 2, life => life.ExpireAsync()),
        ("key freeze", 2, life => ChangeKeyAsync(life, "freeze")),
        ("key unfreeze", 2, life => ChangeKeyAsync(life, "unfreeze")),
        ("release after a restore", 12, ReleaseAsync),
        ("key void", 1, life => ChangeKeyAsync(life, "void")),
        ("replacement", 4, life => AfterSalesAsync(life, "replacement")),
        ("refund", 3, life => AfterSalesAsync(life, "refund")),
        ("decision on after-sales", 4, DecideAsync),
    ];

    public static (string Name, Func<CodeLife, Task> Run) Pick(CodeLife life)
    {
        var at = life.Next(0, All.Sum(step => step.Weight));
        foreach (var (name, weight, run) in All)
        {
            if ((at -= weight) < 0)
            {
                return (name, run);
            }
        }

        throw new InvalidOperationException("The weights do not add up.");
    }

    private static async Task SellAsync(CodeLife life)
    {
        var shop = life.Pick(Shops);
        var lines = string.Join(',', Enumerable.Range(0, life.Next(1, 3)).Select(_ => $$"""{"sku":"{{life.Pick(Skus)}}","quantity":{{life.Next(1, 4)}}}"""));
        var body = $$"""{"clientReference":"{{life.NewReference()}}","currency":"CNY","lines":[{{lines}}],"allowPartial":{{(life.Next(0, 2) == 0 ? "true" : "false")}}}""";
        life.NoteSent(shop, body);
        await PlaceAsync(life, shop, body);
    }

    private static async Task RepeatAsync(CodeLife life)
    {
        if (life.PickSent() is var (shop, body))
        {
            await PlaceAsync(life, shop, body);
        }
    }

    private static async Task PlaceAsync(CodeLife life, string shop, string body)
    {
        var order = await life.AskAsync(shop, HttpMethod.Post, "/v1/orders", body);
        if (order.TryGetProperty("id", out var id))
        {
            life.NoteOrder(body, id.GetString()!);
            if (life.Next(0, 2) == 0)
            {
                await life.RevealAsync(shop, id.GetString()!);
            }
        }
    }

    private static async Task ImportAsync(CodeLife life)
    {
        var sku = life.Pick(Skus);
        using var answer = await life.Host.ImportAsync(sku, life.NewCodes(life.Next(5, 25)));
        Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
    }

    private static async Task SettleAsync(CodeLife life)
    {
        var held = await life.AskAsync("paid", HttpMethod.Get, "/v1/orders?status=held");
        if (life.PickId(held) is { } id)
        {
            _ = life.Next(0, 3) switch
            {
                0 => await life.AskAsync(CodeLife.FirstOperator, HttpMethod.Post, $"/v1/admin/orders/{id}/release", "{}"),
                1 => await life.AskAsync(CodeLife.FirstOperator, HttpMethod.Post, $"/v1/admin/orders/{id}/reject", "{}"),
                _ => await life.AskAsync("paid", HttpMethod.Post, $"/v1/orders/{id}/cancel", "{}"),
            };
        }
    }

    private static async Task ChangeBatchAsync(CodeLife life, string change)
    {
        var batches = await life.StockAsync(life.Pick(Skus));
        if (batches.GetArrayLength() > 0)
        {
            var id = batches[life.Next(0, batches.GetArrayLength())].GetProperty("id").GetString();
            await life.AskAsync(CodeLife.FirstOperator, HttpMethod.Post, $"/v1/inventory/batches/{id}/{change}", """{"reason":"because"}""");
        }
    }

    private static async Task ChangeKeyAsync(CodeLife life, string change)
    {
        if (life.PickNumber() is not { } number)
        {
            return;
        }

        var found = await life.AskAsync(CodeLife.FirstOperator, HttpMethod.Post, "/v1/admin/card-keys/search", $$"""{"number":"{{number}}"}""");
        if (life.PickId(found) is { } id)
        {
            await life.AskAsync(CodeLife.FirstOperator, HttpMethod.Post, $"/v1/admin/card-keys/{id}/{change}", """{"reason":"because"}""");
        }
    }

    private static async Task AfterSalesAsync(CodeLife life, string kind)
    {
        var shop = life.Pick(Shops);
        var orders = await life.AskAsync(shop, HttpMethod.Get, "/v1/orders?limit=100");
        if (life.PickId(orders) is not { } id)
        {
            return;
        }

        var order = orders.GetProperty("data").EnumerateArray().First(candidate => candidate.GetProperty("id").GetString() == id);
        var units = order.GetProperty("lines").EnumerateArray().SelectMany(line => line.GetProperty("units").EnumerateArray())
            .Where(unit => unit.GetProperty("status").GetString() == "delivered" || life.Next(0, 10) == 0).Select(unit => unit.GetProperty("id").GetString()!).ToList();
        if (units.Count == 0)
        {
            return;
        }

        var chosen = units.Take(life.Next(1, units.Count + 1));
        var body = $$"""{"kind":"{{kind}}","unitIds":{{JsonSerializer.Serialize(chosen)}},"reason":"does not work"}""";
        await life.AskAsync(shop, HttpMethod.Post, $"/v1/orders/{id}/after-sales", body, ("Idempotency-Key", life.NewReference()));
        await life.RevealAsync(shop, id);
    }

    private static async Task DecideAsync(CodeLife life)
    {
        var cases = await life.AskAsync(CodeLife.SecondOperator, HttpMethod.Get, "/v1/admin/after-sales?status=pendingApproval");
        if (life.PickId(cases) is { } id)
        {
            var decision = life.Next(0, 4) == 0 ? "reject" : "approve";
            await life.AskAsync(CodeLife.SecondOperator, HttpMethod.Post, $"/v1/admin/after-sales/{id}/{decision}", """{"reason":"looked at"}""");
        }
    }

    // The codes that were shown since the backup are told to the engine first, as its operators are told to do; then a batch may be sold from again.
    private static async Task ReleaseAsync(CodeLife life)
    {
        var waiting = await life.RestoredBatchesAsync();
        if (waiting.Count == 0)
        {
            return;
        }

        var id = life.Pick(waiting);
        await life.ReportSoldAsync();
        var shown = await life.AskAsync(CodeLife.FirstOperator, HttpMethod.Get, $"/v1/admin/batches/{id}/evidence");

        // Released by somebody else meanwhile.
        if (shown.TryGetProperty("evidence", out var evidence))
        {
            await life.AskAsync(
                CodeLife.FirstOperator, HttpMethod.Post, $"/v1/admin/batches/{id}/release", $$"""{"reason":"compared","evidence":"{{evidence.GetString()}}"}""");
        }
    }
}
