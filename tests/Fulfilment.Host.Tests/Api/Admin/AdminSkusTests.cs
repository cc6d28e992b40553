using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Api.Admin;

public sealed class AdminSkusTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Create_AnswersWithEveryField_AndItsAddress()
    {
        const string Body = """
            { "code": "VIDEO-VIP-1M", "name": "会员", "kind": "cardKey", "brand": null, "category": "video", "currency": "CNY", "price": "12.50",
              "faceValue": "15.00", "minPerOrder": 1, "maxPerOrder": 100, "recipientMode": "optional", "recipientPattern": null,
              "minRemainingDays": 0, "onShelf": true, "inputs": [ { "name": "server", "required": true, "pattern": "S[0-9]+" } ],
              "routes": [ { "source": "pool" }, { "source": "supplier", "supplier": "acme", "supplierSku": "V1", "unitCost": "11.00" }, { "source": "manual" } ] }
            """;

        using var answer = await _host.PostAsync("/v1/admin/skus", TestHost.OperatorKey, Body);
        var created = await answer.JsonAsync();

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("/v1/admin/skus/VIDEO-VIP-1M", answer.Headers.Location!.ToString());
        foreach (var given in JsonDocument.Parse(Body).RootElement.EnumerateObject().Where(field => field.Value.ValueKind is not JsonValueKind.Array))
        {
            Assert.Equal(given.Value.GetRawText(), created.GetProperty(given.Name).GetRawText());
        }

        Assert.Equal("""{"name":"server","required":true,"pattern":"S[0-9]+"}""", Assert.Single(created.GetProperty("inputs").EnumerateArray()).GetRawText());
        Assert.Equal(["pool", "supplier", "manual"], created.GetProperty("routes").EnumerateArray().Select(route => route.GetProperty("source").GetString()));
        Assert.Equal("11.00", created.GetProperty("routes")[1].GetProperty("unitCost").GetString());
        Assert.Equal(15, created.GetProperty("holdMinutes").GetInt32());
        Assert.EndsWith("Z", created.GetProperty("createdAt").GetString(), StringComparison.Ordinal);
        Assert.Equal(created.GetRawText(), (await GetAsync("/v1/admin/skus/VIDEO-VIP-1M")).GetRawText());
    }

    [Fact]
    public async Task ExistingCode_IsAlreadyThere()
    {
        await _host.SkuAsync();

        using var answer = await _host.PostAsync("/v1/admin/skus", TestHost.OperatorKey, """{"code":"VIDEO-VIP-1M","name":"other","currency":"CNY","price":"1"}""");

        await answer.AssertProblemAsync(HttpStatusCode.Conflict, "already_exists", "/code");
    }

    [Fact]
    public async Task BadBodies_AreRefused_WithTheirField_AndStoreNothing()
    {
        (string Body, string? Param)[] bad =
        [
            ("", ""), ("[]", ""), ("{", ""), ("null", ""), ("\"x\"", ""),
            ("""{"name":"n","currency":"CNY","price":"1"}""", "/code"),
            (New("\"code\":\"a b\""), "/code"),
            (New("\"code\":7"), "/code"),
            (New("\"name\":null"), "/name"),
            (New("\"name\":\"\\ud800\""), "/name"),
            (New("\"currency\":\"cny\""), "/currency"),
            (New("\"price\":\"-1\""), "/price"),
            (New("\"price\":1"), "/price"),
            (New("\"price\":\"1.00001\""), "/price"),
            (New("\"price\":\"100000000.0001\""), "/price"),
            (New("\"price\":\"1e3\""), "/price"),
            (New("\"faceValue\":\"x\""), "/faceValue"),
            (New("\"kind\":\"CardKey\""), "/kind"),
            (New("\"kind\":1"), "/kind"),
            (New("\"kind\":\"cardKey, topUp\""), "/kind"),
            (New("\"minPerOrder\":99999999999999999999"), "/minPerOrder"),
            (New("\"minPerOrder\":1.5"), "/minPerOrder"),
            (New("\"minPerOrder\":\"1\""), "/minPerOrder"),
            (New("\"onShelf\":null"), "/onShelf"),
            (New("\"recipientPattern\":\"(\""), "/recipientPattern"),
            (New("\"redeemUrl\":\"javascript:alert(1)\""), "/redeemUrl"),
            (New("\"inputs\":null"), "/inputs"),
            (New("\"inputs\":[{}]"), "/inputs/0/name"),
            (New("\"inputs\":[{\"name\":\"a\"},{\"name\":\"b\",\"pattern\":\"[\"}]"), "/inputs/1/pattern"),
            (New("\"routes\":[]"), "/routes"),
            (New("\"routes\":[null]"), "/routes/0"),
            (New("\"routes\":[{}]"), "/routes/0/source"),
            (New("\"routes\":[{\"source\":\"pool\"},{\"source\":\"supplier\"}]"), "/routes/1/supplier"),
            (New("\"routes\":[{\"source\":\"pool\",\"colour\":1}]"), "/routes/0/colour"),
            (New("\"routes\":[{\"source\":\"pool\",\"source\":\"pool\"}]"), "/routes/0/source"),
            (New("\"colour\":\"red\""), "/colour"),
            (New("\"fields\":{}"), "/fields"),
        ];

        foreach (var (body, param) in bad)
        {
            using var answer = await _host.PostAsync("/v1/admin/skus", TestHost.OperatorKey, body);
            var problem = await answer.JsonAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{body}: {(int)answer.StatusCode} {problem}");
            Assert.True(problem.GetProperty("code").GetString() == "invalid_request" && problem.GetProperty("param").GetString() == param, $"{body}: {problem}");
        }

        Assert.Equal(0, (await GetAsync("/v1/admin/skus")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Patch_ChangesWhatIsGiven_AndClearsNulls()
    {
        await _host.SkuAsync(more: ""","brand":"b","category":"c","faceValue":"15.00" """);

        var changed = await PatchAsync("""{"price":"13.00","brand":null,"routes":[{"source":"manual"}]}""");

        Assert.Equal("13.00", changed.GetProperty("price").GetString());
        Assert.Equal(JsonValueKind.Null, changed.GetProperty("brand").ValueKind);
        Assert.Equal("c", changed.GetProperty("category").GetString());
        Assert.Equal("15.00", changed.GetProperty("faceValue").GetString());
        Assert.Equal("manual", Assert.Single(changed.GetProperty("routes").EnumerateArray()).GetProperty("source").GetString());
        Assert.Equal(changed.GetRawText(), (await PatchAsync("{}")).GetRawText());
    }

    [Fact]
    public async Task BadPatches_AreRefused()
    {
        await _host.SkuAsync();

        await AssertPatchAsync("VIDEO-VIP-1M", """{"code":"OTHER"}""", "/code");
        await AssertPatchAsync("VIDEO-VIP-1M", """{"kind":"topUp"}""", "/kind");
        await AssertPatchAsync("VIDEO-VIP-1M", """{"currency":"USD"}""", "/price");
        await AssertPatchAsync("VIDEO-VIP-1M", """{"minPerOrder":101}""", "/minPerOrder");
        await AssertPatchAsync("VIDEO-VIP-1M", """{"name":null}""", "/name");
        await AssertPatchAsync("VIDEO-VIP-1M", """{"colour":"red"}""", "/colour");
    }

    [Fact]
    public async Task UnknownSku_IsNotFound()
    {
        using var read = await _host.GetAsync("/v1/admin/skus/nothing", TestHost.OperatorKey);
        await read.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        using var changed = await _host.SendAsync(HttpMethod.Patch, "/v1/admin/skus/nothing", TestHost.OperatorKey, "{}");
        await changed.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task List_ShowsAllPageByPage_NewestFirst_OffShelfToo()
    {
        foreach (var i in Enumerable.Range(1, 5))
        {
            await _host.SkuAsync($"SKU-{i}", more: i == 3 ? ""","onShelf":false""" : "");
        }

        var seen = new List<string?>();
        string? cursor = null;
        do
        {
            var page = await GetAsync($"/v1/admin/skus?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(sku => sku.GetProperty("code").GetString()));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(["SKU-5", "SKU-4", "SKU-3", "SKU-2", "SKU-1"], seen);
        using var bad = await _host.GetAsync("/v1/admin/skus?limit=0", TestHost.OperatorKey);
        await bad.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "limit");
    }

    [Fact]
    public async Task StorefrontsKey_IsForbidden()
    {
        var key = await _host.ShopAsync();

        foreach (var path in new[] { "/v1/admin/skus", "/v1/admin/storefronts", "/v1/admin/keys", "/v1/admin/audit" })
        {
            using var answer = await _host.GetAsync(path, key);
            await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        }
    }

    // The field given stands in place of the same one in a body that is otherwise good.
    private static string New(string field)
    {
        var name = field[1..field.IndexOf('"', 1)];
        string[] good = ["\"code\":\"A\"", "\"name\":\"n\"", "\"currency\":\"CNY\"", "\"price\":\"1\""];
        return $"{{{string.Join(',', good.Where(other => !other.StartsWith($"\"{name}\"", StringComparison.Ordinal)).Append(field))}}}";
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _host.GetAsync(path, TestHost.OperatorKey);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }

    private async Task<JsonElement> PatchAsync(string body)
    {
        using var answer = await _host.SendAsync(HttpMethod.Patch, "/v1/admin/skus/VIDEO-VIP-1M", TestHost.OperatorKey, body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }

    private async Task AssertPatchAsync(string code, string body, string param)
    {
        using var answer = await _host.SendAsync(HttpMethod.Patch, $"/v1/admin/skus/{code}", TestHost.OperatorKey, body);
        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }
}
