using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Api.Admin;

public sealed class AdminStorefrontsTests : IAsyncLifetime
{
    private const string Deposits = "/v1/admin/storefronts/shop-1/deposits";

    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Create_AnswersWithEveryField_AndDefaults()
    {
        using var answer = await _host.PostAsync("/v1/admin/storefronts", TestHost.OperatorKey, """{ "code": "shop-1", "name": "店", "settlement": "postpaid", "creditLimit": null, "ratePerSecond": null }""");
        var created = await answer.JsonAsync();

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("/v1/admin/storefronts/shop-1", answer.Headers.Location!.ToString());
        Assert.StartsWith(
            """{"code":"shop-1","name":"店","settlement":"postpaid","creditLimit":null,"ratePerSecond":null,"stockDisplay":"level","holdAbove":null,"lowBalance":null,"active":true,"createdAt":""",
            created.GetRawText(),
            StringComparison.Ordinal);
        var read = await OkAsync(HttpMethod.Get, "/v1/admin/storefronts/shop-1");
        Assert.Equal(0, read.GetProperty("wallets").GetArrayLength());
        Assert.Equal("shop-1", Assert.Single((await OkAsync(HttpMethod.Get, "/v1/admin/storefronts")).GetProperty("data").EnumerateArray()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task BadStorefronts_AreRefused()
    {
        await _host.StorefrontAsync();

        await AssertRefusedAsync("""{"code":"shop-1","name":"n"}""", HttpStatusCode.Conflict, "already_exists", "/code");
        await AssertRefusedAsync("""{"name":"n"}""", HttpStatusCode.BadRequest, "invalid_request", "/code");
        await AssertRefusedAsync("""{"code":"a/b","name":"n"}""", HttpStatusCode.BadRequest, "invalid_request", "/code");
        await AssertRefusedAsync("""{"code":"b","name":"n","settlement":"cash"}""", HttpStatusCode.BadRequest, "invalid_request", "/settlement");
        await AssertRefusedAsync("""{"code":"b","name":"n","settlement":"prepaid","creditLimit":"1"}""", HttpStatusCode.BadRequest, "invalid_request", "/creditLimit");
        await AssertRefusedAsync("""{"code":"b","name":"n","ratePerSecond":0}""", HttpStatusCode.BadRequest, "invalid_request", "/ratePerSecond");
        await AssertRefusedAsync("""{"code":"b","name":"n","holdAbove":"-1"}""", HttpStatusCode.BadRequest, "invalid_request", "/holdAbove");
        await AssertRefusedAsync("""{"code":"b","name":"n","wallets":[]}""", HttpStatusCode.BadRequest, "invalid_request", "/wallets");
    }

    [Fact]
    public async Task Patch_ChangesWhatIsGiven_AndAnInactiveStorefrontIsShutOut()
    {
        var key = await _host.ShopAsync();

        var changed = await OkAsync(HttpMethod.Patch, "/v1/admin/storefronts/shop-1", """{"creditLimit":"100.00","holdAbove":"50","stockDisplay":"exact","active":false}""");
        using var shutOut = await _host.GetAsync("/v1/skus", key);
        await OkAsync(HttpMethod.Patch, "/v1/admin/storefronts/shop-1", """{"active":true,"creditLimit":null}""");
        using var letIn = await _host.GetAsync("/v1/skus", key);

        Assert.Equal(("100.00", "50.00", "exact"), (changed.GetProperty("creditLimit").GetString(), changed.GetProperty("holdAbove").GetString(), changed.GetProperty("stockDisplay").GetString()));
        await shutOut.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Equal(HttpStatusCode.OK, letIn.StatusCode);
        Assert.Equal(JsonValueKind.Null, (await OkAsync(HttpMethod.Get, "/v1/admin/storefronts/shop-1")).GetProperty("creditLimit").ValueKind);
    }

    [Fact]
    public async Task UnknownStorefront_IsNotFound()
    {
        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Get, "/v1/admin/storefronts/nothing", null),
            (HttpMethod.Patch, "/v1/admin/storefronts/nothing", "{}"),
            (HttpMethod.Post, "/v1/admin/storefronts/nothing/deposits", """{"amount":"1","currency":"CNY"}"""),
        })
        {
            using var answer = await _host.SendAsync(method, path, TestHost.OperatorKey, body, ("Idempotency-Key", "k"));
            await answer.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        }
    }

    [Fact]
    public async Task Deposit_IsRecordedOnce_AndARepeatAnswersAsTheFirst()
    {
        await _host.CreateAsync("/v1/admin/storefronts", """{"code":"shop-1","name":"n","settlement":"prepaid"}""");

        using var first = await DepositAsync("k1", """{"amount":"100","currency":"CNY","reference":"bank 1"}""");
        using var second = await DepositAsync("k2", """{"amount":"0.5","currency":"CNY","reference":null}""");
        using var repeat = await DepositAsync("k1", """{"currency":"CNY","amount":"100.00","reference":"bank 1"}""");

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, repeat.StatusCode);
        var recorded = await first.JsonAsync();
        Assert.Equal(recorded.GetRawText(), (await repeat.JsonAsync()).GetRawText());
        Assert.StartsWith("trf_", recorded.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("100.50", (await second.JsonAsync()).GetProperty("available").GetString());
        var wallet = Assert.Single((await OkAsync(HttpMethod.Get, "/v1/admin/storefronts/shop-1")).GetProperty("wallets").EnumerateArray());
        Assert.Equal("""{"currency":"CNY","balance":"100.50","held":"0.00","available":"100.50"}""", wallet.GetRawText());
    }

    [Fact]
    public async Task PostpaidWithoutLimit_HasNoEndToWhatIsAvailable()
    {
        await _host.StorefrontAsync();

        using var answer = await DepositAsync("k1", """{"amount":"1","currency":"CNY"}""");

        Assert.Equal(JsonValueKind.Null, (await answer.JsonAsync()).GetProperty("available").ValueKind);
    }

    [Fact]
    public async Task BadDeposits_AreRefused_AndPostNothing()
    {
        await _host.StorefrontAsync();
        (string? Key, string Body, string Param)[] bad =
        [
            (null, """{"amount":"1","currency":"CNY"}""", "Idempotency-Key"),
            ("with space", """{"amount":"1","currency":"CNY"}""", "Idempotency-Key"),
            (new string('k', 256), """{"amount":"1","currency":"CNY"}""", "Idempotency-Key"),
            ("k", """{"currency":"CNY"}""", "/amount"),
            ("k", """{"amount":"0","currency":"CNY"}""", "/amount"),
            ("k", """{"amount":"-1","currency":"CNY"}""", "/amount"),
            ("k", """{"amount":"100000001","currency":"CNY"}""", "/amount"),
            ("k", """{"amount":"1"}""", "/currency"),
            ("k", """{"amount":"1","currency":"yuan"}""", "/currency"),
            ("k", $$"""{"amount":"1","currency":"CNY","reference":"{{new string('r', 201)}}"}""", "/reference"),
            ("k", """{"amount":"1","currency":"CNY","note":"x"}""", "/note"),
        ];

        foreach (var (key, body, param) in bad)
        {
            using var answer = await DepositAsync(key, body);
            await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
        }

        Assert.Equal(0, (await OkAsync(HttpMethod.Get, "/v1/admin/storefronts/shop-1")).GetProperty("wallets").GetArrayLength());
        using var good = await DepositAsync("k", """{"amount":"1","currency":"CNY"}""");
        Assert.Equal(HttpStatusCode.Created, good.StatusCode);
        using var other = await DepositAsync("k", """{"amount":"2","currency":"CNY"}""");
        await other.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_mismatch");
    }

    [Fact]
    public async Task Settlement_CannotChange_WhileThereIsMoney()
    {
        await _host.StorefrontAsync();
        using (await DepositAsync("k", """{"amount":"1","currency":"CNY"}"""))
        {
            using var answer = await _host.SendAsync(HttpMethod.Patch, "/v1/admin/storefronts/shop-1", TestHost.OperatorKey, """{"settlement":"prepaid"}""");
            await answer.AssertProblemAsync(HttpStatusCode.Conflict, "wallet_not_empty", "/settlement");
        }
    }

    private Task<HttpResponseMessage> DepositAsync(string? key, string body) =>
        key is null ? _host.PostAsync(Deposits, TestHost.OperatorKey, body) : _host.PostAsync(Deposits, TestHost.OperatorKey, body, ("Idempotency-Key", key));

    private async Task AssertRefusedAsync(string body, HttpStatusCode status, string code, string param)
    {
        using var answer = await _host.PostAsync("/v1/admin/storefronts", TestHost.OperatorKey, body);
        await answer.AssertProblemAsync(status, code, param);
    }

    private async Task<JsonElement> OkAsync(HttpMethod method, string path, string? body = null)
    {
        using var answer = await _host.SendAsync(method, path, TestHost.OperatorKey, body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }
}
