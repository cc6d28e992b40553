using System.Net;
using System.Text.Json.Nodes;
using Fulfilment.Host.Tests.Docs;

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
