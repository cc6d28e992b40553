using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Api.Admin;

/// <summary>Recurring jobs over the API, carried out by the host itself.</summary>
public sealed class AdminJobsTests : IAsyncLifetime
{
    private const string Jobs = "/v1/admin/jobs";

    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task List_ShowsEachJob_ByName()
    {
        var jobs = (await OkAsync(HttpMethod.Get, Jobs)).GetProperty("data").EnumerateArray().ToList();

        var names = jobs.ConvertAll(job => job.GetProperty("name").GetString());
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        var held = jobs.Single(job => job.GetProperty("name").GetString() == "held-orders");
        Assert.Equal("every 5 seconds", held.GetProperty("schedule").GetString());
        Assert.Equal((false, JsonValueKind.Null), (held.GetProperty("paused").GetBoolean(), held.GetProperty("warning").ValueKind));
    }

    [Fact]
    public async Task RequestedRun_IsMade_AndSeen()
    {
        var asked = await OkAsync(HttpMethod.Post, Jobs + "/ledger-check/run");
        Assert.NotEqual(JsonValueKind.Null, asked.GetProperty("requestedAt").ValueKind);

        JsonElement job;
        do
        {
            job = await OkAsync(HttpMethod.Get, Jobs + "/ledger-check");
        }
        while (job.GetProperty("runs").GetArrayLength() == 0);

        var run = job.GetProperty("runs")[0];
        Assert.Equal(("done", "Transfers, wallets, holds, inventories and orders: all is well."), (run.GetProperty("outcome").GetString(), run.GetProperty("result").GetString()));
        Assert.StartsWith("run_", run.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, job.GetProperty("requestedAt").ValueKind);
    }

    [Fact]
    public async Task Pause_NeedsAReason_AndWarnsWhereMoneyDependsOnTheJob()
    {
        using var without = await _host.SendAsync(HttpMethod.Post, Jobs + "/held-orders/pause", TestHost.OperatorKey, "{}");
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);

        var held = await OkAsync(HttpMethod.Post, Jobs + "/held-orders/pause", """{"reason":"a look at the orders"}""");
        var products = await OkAsync(HttpMethod.Post, Jobs + "/products/pause", """{"reason":"wrong prices"}""");
        var resumed = await OkAsync(HttpMethod.Post, Jobs + "/held-orders/resume", """{"reason":"done"}""");

        Assert.Equal((true, "a look at the orders"), (held.GetProperty("paused").GetBoolean(), held.GetProperty("pausedReason").GetString()));
        Assert.Contains("Held orders", held.GetProperty("warning").GetString(), StringComparison.Ordinal);
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (products.GetProperty("warning").ValueKind, products.GetProperty("nextRunAt").ValueKind));
        Assert.Equal((false, JsonValueKind.Null), (resumed.GetProperty("paused").GetBoolean(), resumed.GetProperty("warning").ValueKind));
    }

    [Theory]
    [InlineData("GET", "/no-such-job")]
    [InlineData("POST", "/no-such-job/run")]
    [InlineData("POST", "/no-such-job/pause")]
    public async Task UnknownJob_IsNotFound(string method, string path)
    {
        using var answer = await _host.SendAsync(new HttpMethod(method), Jobs + path, TestHost.OperatorKey, path.EndsWith("pause", StringComparison.Ordinal) ? """{"reason":"x"}""" : null);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private async Task<JsonElement> OkAsync(HttpMethod method, string path, string? body = null)
    {
        using var answer = await _host.SendAsync(method, path, TestHost.OperatorKey, body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }
}
