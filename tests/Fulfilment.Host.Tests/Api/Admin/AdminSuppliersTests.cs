using System.Net;
using System.Text.Json;
using Fulfilment.Core.Suppliers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Api.Admin;

/// <summary>Adapters and settings of suppliers over the API: kept encrypted, shown masked, audited without secrets.</summary>
public sealed class AdminSuppliersTests : IAsyncLifetime
{
    private const string Suppliers = "/v1/admin/suppliers";
    private const string Key = "fk_live_a-key-of-the-other-installation", Webhooks = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-suppliers-").FullName;

    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(new TestHostOptions { Folder = _folder });

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Settings_AreShownMasked_AndKeptNowhereInPlainText()
    {
        var created = await CreateAsync();

        Assert.Equal(
            """{"baseUrl":"https://codes.example.com","secrets":{"apiKey":"********","webhookSecret":"********"}}""",
            created.GetProperty("settings").GetRawText());
        Assert.Equal(("contract", false), (created.GetProperty("adapter").GetString(), created.GetProperty("paused").GetBoolean()));
        await OkAsync(HttpMethod.Patch, Suppliers + "/acme", """{"settings":{"baseUrl":"https://codes.example.com","currency":"USD"}}""");
        await OkAsync(HttpMethod.Get, Suppliers);
        await OkAsync(HttpMethod.Get, "/v1/admin/audit?limit=200");
        await _host.StopAsync();
        foreach (var file in Directory.GetFiles(_folder, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllTextAsync(file, System.Text.Encoding.Latin1, TestContext.Current.CancellationToken);
            Assert.DoesNotContain(Key, bytes, StringComparison.Ordinal);
            Assert.DoesNotContain(Webhooks, bytes, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Key, _host.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patch_KeepsSecretsThatItLeavesOutOrShowsMasked()
    {
        await CreateAsync();

        await OkAsync(HttpMethod.Patch, Suppliers + "/acme", """{"settings":{"baseUrl":"https://codes.example.com","currency":"USD"}}""");
        Assert.Equal((Key, Webhooks), Secrets());
        await OkAsync(HttpMethod.Patch, Suppliers + "/acme", """{"settings":{"baseUrl":"https://codes.example.com/","secrets":{"apiKey":"********","webhookSecret":"********"}}}""");
        Assert.Equal((Key, Webhooks), Secrets());
        await OkAsync(HttpMethod.Patch, Suppliers + "/acme", """{"name":"renamed"}""");
        Assert.Equal((Key, Webhooks), Secrets());
        await OkAsync(HttpMethod.Patch, Suppliers + "/acme", """{"settings":{"baseUrl":"https://b.example.com","secrets":{"apiKey":"another","webhookSecret":null}}}""");
        Assert.Equal(("another", null), Secrets());
        var cleared = await OkAsync(HttpMethod.Patch, Suppliers + "/acme", """{"adapter":null}""");
        Assert.Equal(JsonValueKind.Null, cleared.GetProperty("settings").ValueKind);
    }

    [Fact]
    public async Task Patch_WithAnotherAddress_TakesNoStoredSecretAlong()
    {
        await CreateAsync();
        var before = Secrets();
        foreach (var secrets in new[]
        {
            "",
            ""","secrets":null""",
            ""","secrets":{}""",
            ""","secrets":{"apiKey":"********","webhookSecret":"********"}""",
            ""","secrets":{"apiKey":"another"}""",
            ""","secrets":{"apiKey":"another","webhookSecret":"********"}""",
        })
        {
            foreach (var url in new[] { "https://b.example.com", " https://b.example.com", "http://codes.example.com", "https://codes.example.com:8443", "https://codes.example.com/b" })
            {
                using var refused = await _host.SendAsync(HttpMethod.Patch, Suppliers + "/acme", TestHost.OperatorKey, $$$"""{"name":"b","settings":{"baseUrl":"{{{url}}}"{{{secrets}}}} }""");
                var problem = await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "/settings/secrets");
                Assert.Contains("webhookSecret", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
                Assert.DoesNotContain(Key, problem.GetRawText(), StringComparison.Ordinal);
            }
        }

        var supplier = await OkAsync(HttpMethod.Get, Suppliers + "/acme");
        Assert.Equal(("Acme", "https://codes.example.com", before), (supplier.GetProperty("name").GetString(), supplier.GetProperty("settings").GetProperty("baseUrl").GetString(), Secrets()));
        await OkAsync(HttpMethod.Patch, Suppliers + "/acme", $$$"""{"settings":{"baseUrl":"https://b.example.com","secrets":{"apiKey":"{{{Key}}}","webhookSecret":null}} }""");
        Assert.Equal((Key, null), Secrets());
    }

    [Fact]
    public async Task SettingsThatCannotBeOpened_HurtNoOtherSupplier_AndCanBeGivenAgain()
    {
        await CreateAsync();
        await OkAsync(HttpMethod.Post, Suppliers, $$$"""{"code":"other","name":"Other","adapter":"contract","settings":{"baseUrl":"https://codes.example.com","secrets":{"apiKey":"{{{Key}}}"} } }""");
        using (var database = new SqliteConnection($"Data Source={Path.Combine(_host.Folder, "fulfilment.db")};Pooling=False"))
        {
            Dapper.SqlMapper.Execute(database, "UPDATE suppliers SET settings = @settings WHERE code = 'acme'", new { settings = new byte[64] });
        }

        // The catalogue is read again, and with it what is stored now.
        await OkAsync(HttpMethod.Patch, Suppliers + "/other", """{"name":"renamed"}""");
        var listed = (await OkAsync(HttpMethod.Get, Suppliers)).GetProperty("data").EnumerateArray().ToDictionary(supplier => supplier.GetProperty("code").GetString()!);
        var suppliers = _host.Services.GetRequiredService<ISuppliers>();

        Assert.Equal((JsonValueKind.Null, JsonValueKind.Object), (listed["acme"].GetProperty("settings").ValueKind, listed["other"].GetProperty("settings").ValueKind));
        Assert.Contains("cannot be opened", listed["acme"].GetProperty("settingsFault").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, listed["other"].GetProperty("settingsFault").ValueKind);
        Assert.Equal(new SupplierEntry.Shut("not_configured"), suppliers.Enter("acme"));
        Assert.IsType<SupplierEntry.Open>(suppliers.Enter("other")).Slot.Dispose();

        await OkAsync(HttpMethod.Patch, Suppliers + "/acme", """{"name":"still there"}""");
        using var partly = await _host.SendAsync(HttpMethod.Patch, Suppliers + "/acme", TestHost.OperatorKey, """{"settings":{"baseUrl":"https://codes.example.com"}}""");
        await partly.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "/settings");
        var mended = await OkAsync(HttpMethod.Patch, Suppliers + "/acme", """{"settings":{"baseUrl":"https://codes.example.com","secrets":{"apiKey":"new"}}}""");
        Assert.Equal((JsonValueKind.Null, "still there"), (mended.GetProperty("settingsFault").ValueKind, mended.GetProperty("name").GetString()));
        Assert.Equal(("new", null), Secrets());
        Assert.IsType<SupplierEntry.Open>(suppliers.Enter("acme")).Slot.Dispose();
    }

    [Fact]
    public async Task Audit_SaysWhichSecretsChanged_AndNoneOfThem()
    {
        await CreateAsync();
        await OkAsync(HttpMethod.Patch, Suppliers + "/acme", """{"settings":{"baseUrl":"https://codes.example.com","secrets":{"apiKey":"another"}}}""");
        await OkAsync(HttpMethod.Patch, Suppliers + "/acme", """{"settings":{"baseUrl":"https://codes.example.com","secrets":{"apiKey":"another"}}}""");

        var entries = (await OkAsync(HttpMethod.Get, "/v1/admin/audit?subject=supplier:acme")).GetProperty("data").EnumerateArray().ToList();

        Assert.Equal(["supplier.updated", "supplier.created"], entries.Select(entry => entry.GetProperty("action").GetString()));
        Assert.Equal("""["apiKey"]""", entries[0].GetProperty("after").GetProperty("changedSecrets").GetRawText());
        Assert.DoesNotContain("another", entries[0].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BadSettings_AreRefusedWithTheMistakes()
    {
        await AssertRefusedAsync("""{"code":"a","name":"n","adapter":"telepathy","settings":{}}""", "/adapter");
        await AssertRefusedAsync("""{"code":"a","name":"n","settings":{}}""", "/settings");
        await AssertRefusedAsync("""{"code":"a","name":"n","adapter":"contract"}""", "/settings");
        await AssertRefusedAsync("""{"code":"a","name":"n","adapter":"contract","settings":[]}""", "/settings");
        await AssertRefusedAsync("""{"code":"a","name":"n","adapter":"contract","settings":{"secrets":"x"}}""", "/settings");
        await AssertRefusedAsync("""{"code":"a","name":"n","adapter":"contract","settings":{"baseUrl":"https://x","baseUrl":"https://y"}}""", "/settings");
        var problem = await AssertRefusedAsync($$$"""{"code":"a","name":"n","adapter":"contract","settings":{"baseUrl":"x","secrets":{"apiKey":"{{{Key}}}"} } }""", "/settings");
        Assert.Contains("baseUrl", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Key, problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_StopsSubmissions_IsAudited_AndNeedsAReason()
    {
        await CreateAsync();
        var suppliers = _host.Services.GetRequiredService<ISuppliers>();

        var paused = await OkAsync(HttpMethod.Post, Suppliers + "/acme/pause", """{"reason":"充值延迟"}""");
        Assert.Equal(new SupplierEntry.Shut("paused"), suppliers.Enter("acme"));
        await OkAsync(HttpMethod.Post, Suppliers + "/acme/pause", """{"reason":"again"}""");
        var resumed = await OkAsync(HttpMethod.Post, Suppliers + "/acme/resume", """{"reason":"back"}""");
        Assert.IsType<SupplierEntry.Open>(suppliers.Enter("acme")).Slot.Dispose();
        using var silent = await _host.PostAsync(Suppliers + "/acme/pause", TestHost.OperatorKey, "{}");
        using var nobody = await _host.PostAsync(Suppliers + "/nobody/pause", TestHost.OperatorKey, """{"reason":"r"}""");

        Assert.Equal((true, false), (paused.GetProperty("paused").GetBoolean(), resumed.GetProperty("paused").GetBoolean()));
        await silent.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "/reason");
        await nobody.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        var audit = (await OkAsync(HttpMethod.Get, "/v1/admin/audit?subject=supplier:acme")).GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("after")).ToList();
        Assert.Equal(["back", "充值延迟", null], audit.Select(after => after.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Balance_IsAskedOfTheSupplier()
    {
        await using var other = WebApplication.CreateSlimBuilder().Build();
        other.Urls.Add("http://127.0.0.1:0");
        other.MapGet("/v1/account", (HttpContext http) => http.Request.Headers.Authorization == "Bearer " + Key
            ? Results.Text("""{"settlement":"prepaid","wallets":[{"currency":"CNY","available":"950.00"}]}""", "application/json")
            : Results.Unauthorized());
        await other.StartAsync(TestContext.Current.CancellationToken);
        await CreateAsync(other.Urls.First());

        Assert.Equal("""{"supplier":"acme","balance":"950.00","currency":"CNY"}""", (await OkAsync(HttpMethod.Get, Suppliers + "/acme/balance")).GetRawText());

        await OkAsync(HttpMethod.Patch, Suppliers + "/acme", $$$"""{"settings":{"baseUrl":"{{{other.Urls.First()}}}","secrets":{"apiKey":"wrong"} } }""");
        using var untold = await _host.GetAsync(Suppliers + "/acme/balance", TestHost.OperatorKey);
        using var nobody = await _host.GetAsync(Suppliers + "/nobody/balance", TestHost.OperatorKey);
        await untold.AssertProblemAsync(HttpStatusCode.Conflict, "state_conflict");
        await nobody.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    private Task<JsonElement> CreateAsync(string url = "https://codes.example.com") => OkAsync(
        HttpMethod.Post, Suppliers,
        $$$"""{"code":"acme","name":"Acme","adapter":"contract","settings":{"baseUrl":"{{{url}}}","secrets":{"apiKey":"{{{Key}}}","webhookSecret":"{{{Webhooks}}}"} } }""");

    // What the adapter is given, as the database has it.
    private (string? ApiKey, string? Webhooks) Secrets()
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(_host.Folder, "fulfilment.db")};Mode=ReadOnly;Pooling=False");
        var (id, settings) = Dapper.SqlMapper.QuerySingle<(long, byte[])>(database, "SELECT id, settings FROM suppliers WHERE code = 'acme'");
        var secrets = JsonDocument.Parse(_host.Services.GetRequiredService<ISupplierVault>().RevealSettings(id, settings)).RootElement.GetProperty("secrets");
        return (Read("apiKey"), Read("webhookSecret"));

        string? Read(string name) => secrets.TryGetProperty(name, out var secret) ? secret.GetString() : null;
    }

    private async Task<JsonElement> AssertRefusedAsync(string body, string param)
    {
        using var answer = await _host.PostAsync(Suppliers, TestHost.OperatorKey, body);
        return await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    private async Task<JsonElement> OkAsync(HttpMethod method, string path, string? body = null)
    {
        using var answer = await _host.SendAsync(method, path, TestHost.OperatorKey, body);
        var json = await answer.JsonAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {json}");
        return json;
    }
}
