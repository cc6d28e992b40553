using System.Diagnostics;
using System.Net;
using static Fulfilment.Host.Tests.Sandbox.SandboxShop;

namespace Fulfilment.Host.Tests.Sandbox;

/// <summary>How test keys come about and what they stay.</summary>
public sealed class TestKeyTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        await _host.StorefrontAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Mode_ShowsInTheKey_ItsTextAndTheAudit_AndARotationKeepsIt()
    {
        var made = await _host.CreateAsync("/v1/admin/keys", """{"owner":"storefront:shop-1","scopes":["orders"],"mode":"test"}""");
        var live = await _host.CreateAsync("/v1/admin/keys", """{"owner":"storefront:shop-1","scopes":["orders"]}""");
        var rotated = await _host.CreateAsync($"/v1/admin/keys/{made.GetProperty("id")}/rotate", "{}");

        Assert.Equal(("test", "test", "live"), (Mode(made), Mode(rotated), Mode(live)));
        Assert.Matches("^fk_test_[A-Za-z0-9_-]{43}$", made.GetProperty("key").GetString());
        Assert.Matches("^fk_test_[A-Za-z0-9_-]{43}$", rotated.GetProperty("key").GetString());
        Assert.Matches("^fk_live_[A-Za-z0-9_-]{43}$", live.GetProperty("key").GetString());
        foreach (var key in (System.Text.Json.JsonElement[])[made, rotated])
        {
            using var placed = await _host.PostAsync("/v1/orders", key.GetProperty("key").GetString(), Body(Mode(key)! + key.GetProperty("id")));
            Assert.Equal((HttpStatusCode.Created, "true"), (placed.StatusCode, placed.Headers.GetValues("Fulfilment-Sandbox").Single()));
        }

        using var audit = await _host.GetAsync($"/v1/admin/audit?subject=key:{made.GetProperty("id")}", TestHost.OperatorKey);
        Assert.Equal("test", (await audit.JsonAsync()).GetProperty("data")[0].GetProperty("after").GetProperty("mode").GetString());
    }

    [Theory]
    [InlineData("operator:li", "orders", "test", "/mode")]
    [InlineData("supplier:acme", "inventory", "test", "/mode")]
    [InlineData("storefront:shop-1", "inventory", "test", "/scopes/0")]
    [InlineData("storefront:shop-1", "admin", "test", "/scopes/0")]
    [InlineData("storefront:shop-1", "orders", "play", "/mode")]
    public async Task TestKey_IsAStorefronts_ForItsOrders(string owner, string scope, string mode, string param)
    {
        using var refused = await _host.PostAsync("/v1/admin/keys", TestHost.OperatorKey, $$"""{"owner":"{{owner}}","scopes":["{{scope}}"],"mode":"{{mode}}"}""");

        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    [Fact]
    public async Task Command_MakesTestKeys_AndListsThemAsSuch()
    {
        var made = await RunAsync("keys", "create", "--owner", "storefront:shop-1", "--scopes", "orders", "--test");
        var listed = await RunAsync("keys", "list");
        var refused = await RunAsync("keys", "create", "--owner", "operator:li", "--scopes", "orders", "--test");

        Assert.Matches("^fk_test_", made.Output);
        Assert.Contains("  test", listed.Output, StringComparison.Ordinal);
        Assert.StartsWith("error: --test: Only a storefront has test keys", refused.Error, StringComparison.Ordinal);
    }

    private static string? Mode(System.Text.Json.JsonElement key) => key.GetProperty("mode").GetString();

    private async Task<(string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. arguments, "--storage", _host.Folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (output, await error);
    }
}
