using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Fulfilment.Core.Suppliers;
using Fulfilment.Host.Tests.Docs;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Suppliers;

/// <summary>A definition file given to the engine by an operator.</summary>
public sealed class DeclaredSupplierTests : IAsyncLifetime
{
    private const string Path = "/v1/admin/suppliers";

    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task AFile_IsTakenAsItIs_AndItsSecretsAreMasked()
    {
        using var answer = await _host.PostAsync(Path, TestHost.OperatorKey, Body().ToJsonString());

        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, text);
        var settings = JsonNode.Parse(text)!["settings"]!;
        Assert.Equal("********", settings["secrets"]!["apiKey"]!.GetValue<string>());
        Assert.True(JsonNode.DeepEquals(Definition(), settings["definition"]));
        Assert.DoesNotContain("K-0001-SECRET", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMistakeInAFile_IsRefusedInASentence()
    {
        var body = Body();
        body["settings"]!["definition"]!["submit"]!["form"]!["account"] = "{{recipent}}";

        using var answer = await _host.PostAsync(Path, TestHost.OperatorKey, body.ToJsonString());

        var problem = await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "/settings");
        Assert.StartsWith("definition.submit.form.account: {{recipent}} is not known. Did you mean \"recipient\"?", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StoredSecrets_StayOnly_WhileTheyGoWhereTheyWent()
    {
        await _host.CreateAsync(Path, Body().ToJsonString());
        foreach (var divert in new Action<JsonObject>[]
        {
            settings => settings["definition"]!["baseUrl"] = "https://collector.example",
            settings => settings["baseUrl"] = "https://collector.example",
            settings => settings["callbackUrl"] = "https://collector.example/callbacks",
            settings => settings["definition"]!["submit"]!["form"]!["server"] = "{{secret.apiKey}}",
            settings => settings["definition"]!["query"]!["form"]!["outTradeNo"] = "{{reference}}{{secret.apiKey}}",
            settings => settings["definition"]!["signature"]!["text"] = "{{pairs}}&key={{secret.merchantNo}}",
        })
        {
            var settings = Settings();
            divert(settings);
            using var refused = await PatchAsync(settings);
            var problem = await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "/settings/secrets");
            Assert.Contains("merchantNo, apiKey", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            settings["secrets"] = new JsonObject { ["merchantNo"] = "M1001", ["apiKey"] = "K-0002-SECRET" };
            using var given = await PatchAsync(settings);
            Assert.Equal(HttpStatusCode.OK, given.StatusCode);
            using var again = await PatchAsync(Body()["settings"]!.AsObject());
            Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        }

        var learnt = Settings();
        learnt["definition"]!["submit"]!["answer"]!["code"]!["values"]!.AsArray().Add(new JsonObject { ["is"] = "1010", ["means"] = "unknown" });
        learnt["definition"]!.AsObject().Remove("balance");
        using var kept = await PatchAsync(learnt);
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
    }

    [Fact]
    public async Task WhatAFileDoesNotDefine_IsSaid()
    {
        var body = Body();
        body["settings"]!["definition"]!.AsObject().Remove("balance");
        body["settings"]!["definition"]!.AsObject().Remove("products");
        await _host.CreateAsync(Path, body.ToJsonString());

        using var balance = await _host.GetAsync(Path + "/yunqi/balance", TestHost.OperatorKey);
        using var products = await _host.PostAsync(Path + "/yunqi/products/preview", TestHost.OperatorKey, "");

        Assert.Contains("defines no \"balance\"", (await balance.AssertProblemAsync(HttpStatusCode.Conflict, "state_conflict")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("defines no \"products\"", (await products.AssertProblemAsync(HttpStatusCode.Conflict, "state_conflict")).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACallbackInTheQuery_IsKeptAsItWasSigned_WhateverTheBodySays()
    {
        var body = Body();
        body["settings"]!["definition"]!["callback"]!["format"] = "query";
        await _host.CreateAsync(Path, body.ToJsonString());
        const string Fields = "outTradeNo=42&state=2";
#pragma warning disable CA5351 // What the supplier asks for.
        var sign = Convert.ToHexString(System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes(Fields + "&key=K-0001-SECRET")));
#pragma warning restore CA5351

        using var answer = await _host.PostAsync($"/v1/suppliers/yunqi/callbacks?{Fields}&sign={sign}", null, "{\"outTradeNo\":\"43\"}");

        Assert.Equal((HttpStatusCode.OK, "success"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        using var database = new SqliteConnection($"Data Source={System.IO.Path.Combine(_host.Folder, "fulfilment.db")};Mode=ReadOnly;Pooling=False");
        var (id, kept) = SqlMapper.QuerySingle<(long, byte[])>(database, "SELECT id, body FROM stray_callbacks");
        Assert.Equal($"{Fields}&sign={sign}", Encoding.UTF8.GetString(_host.Services.GetRequiredService<ISupplierVault>().RevealAnswer(id, kept)));
    }

    private Task<HttpResponseMessage> PatchAsync(JsonObject settings) =>
        _host.SendAsync(HttpMethod.Patch, Path + "/yunqi", TestHost.OperatorKey, new JsonObject { ["settings"] = settings.DeepClone() }.ToJsonString());

    private static JsonObject Settings()
    {
        var settings = Body()["settings"]!.DeepClone().AsObject();
        settings.Remove("secrets");
        return settings;
    }

    private static JsonNode Definition() => JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(Repository.Root, "docs", "suppliers", "yunqi-topup.json")))!;

    private static JsonObject Body() => new()
    {
        ["code"] = "yunqi",
        ["name"] = "Yunqi",
        ["adapter"] = "declarative",
        ["settings"] = new JsonObject
        {
            ["definition"] = Definition(),
            ["callbackUrl"] = "https://shop.example/v1/suppliers/yunqi/callbacks",
            ["secrets"] = new JsonObject { ["merchantNo"] = "M1001", ["apiKey"] = "K-0001-SECRET" },
        },
    };
}
