using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Api.Admin;

public sealed class AdminKeysTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        await _host.StorefrontAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Key_IsShownOnce_AndWorksAtOnce()
    {
        var created = await _host.CreateAsync("/v1/admin/keys", """{"owner":"storefront:shop-1","scopes":["orders","codes"],"expiresAt":"2099-01-01T08:00:00+08:00","allowedIps":["127.0.0.1","10.0.0.0/8"]}""");
        var (id, key) = (created.GetProperty("id").GetString(), created.GetProperty("key").GetString()!);

        using var used = await _host.GetAsync("/v1/skus", key);
        var read = await OkAsync(HttpMethod.Get, $"/v1/admin/keys/{id}");
        var listed = await OkAsync(HttpMethod.Get, "/v1/admin/keys?owner=storefront:shop-1");

        Assert.Equal(HttpStatusCode.OK, used.StatusCode);
        Assert.Equal("2099-01-01T00:00:00.000Z", read.GetProperty("expiresAt").GetString());
        Assert.Equal("""["127.0.0.1","10.0.0.0/8"]""", read.GetProperty("allowedIps").GetRawText());
        Assert.Equal("""["orders","codes"]""", read.GetProperty("scopes").GetRawText());
        Assert.False(read.TryGetProperty("key", out _));
        Assert.Equal(id, Assert.Single(listed.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
        Assert.DoesNotContain(key, listed.GetRawText() + (await OkAsync(HttpMethod.Get, "/v1/admin/audit")).GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(key, _host.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BadKeys_AreRefused_WithTheirField()
    {
        (string Body, string Param)[] bad =
        [
            ("""{"scopes":["orders"]}""", "/owner"),
            ("""{"owner":"storefront:nothing","scopes":["orders"]}""", "/owner"),
            ("""{"owner":"shop-1","scopes":["orders"]}""", "/owner"),
            ("""{"owner":"storefront:shop-1"}""", "/scopes"),
            ("""{"owner":"storefront:shop-1","scopes":[]}""", "/scopes"),
            ("""{"owner":"storefront:shop-1","scopes":["orders","all"]}""", "/scopes/1"),
            ("""{"owner":"storefront:shop-1","scopes":[null]}""", "/scopes/0"),
            ("""{"owner":"storefront:shop-1","scopes":["admin"]}""", "/scopes/0"),
            ("""{"owner":"supplier:acme","scopes":["orders"]}""", "/scopes/0"),
            ("""{"owner":"storefront:shop-1","scopes":["orders"],"expiresAt":"2020-01-01T00:00:00Z"}""", "/expiresAt"),
            ("""{"owner":"storefront:shop-1","scopes":["orders"],"expiresAt":"2099-01-01T00:00:00"}""", "/expiresAt"),
            ("""{"owner":"storefront:shop-1","scopes":["orders"],"expiresAt":"tomorrow"}""", "/expiresAt"),
            ("""{"owner":"storefront:shop-1","scopes":["orders"],"allowedIps":["10.0.0.1/8"]}""", "/allowedIps/0"),
            ("""{"owner":"storefront:shop-1","scopes":["orders"],"allowedIps":["127.0.0.1",null]}""", "/allowedIps/1"),
            ("""{"owner":"storefront:shop-1","scopes":["orders"],"key":"fk_live_mine"}""", "/key"),
        ];

        foreach (var (body, param) in bad)
        {
            using var answer = await _host.PostAsync("/v1/admin/keys", TestHost.OperatorKey, body);
            await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
        }

        Assert.Equal(0, (await OkAsync(HttpMethod.Get, "/v1/admin/keys")).GetProperty("data").GetArrayLength());
        using var filter = await _host.GetAsync("/v1/admin/keys?owner=shop-1", TestHost.OperatorKey);
        await filter.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "owner");
    }

    [Fact]
    public async Task Rotation_LetsBothKeysIn_UntilTheOldOneIsRevoked()
    {
        var (id, old) = await KeyAsync();

        var rotated = await _host.CreateAsync($"/v1/admin/keys/{id}/rotate", "{}");

        await AssertAnswersAsync(old, HttpStatusCode.OK);
        await AssertAnswersAsync(rotated.GetProperty("key").GetString()!, HttpStatusCode.OK);
        await OkAsync(HttpMethod.Post, $"/v1/admin/keys/{id}/revoke");
        await AssertAnswersAsync(old, HttpStatusCode.Unauthorized);
        await AssertAnswersAsync(rotated.GetProperty("key").GetString()!, HttpStatusCode.OK);
    }

    [Fact]
    public async Task RotationWithoutOverlap_ShutsTheOldKeyOutAtOnce()
    {
        var (id, old) = await KeyAsync();

        var rotated = await _host.CreateAsync($"/v1/admin/keys/{id}/rotate", """{"overlapSeconds":0,"expiresAt":"2099-01-01T00:00:00Z"}""");

        Assert.Equal("2099-01-01T00:00:00.000Z", rotated.GetProperty("expiresAt").GetString());
        await AssertAnswersAsync(old, HttpStatusCode.Unauthorized);
        await AssertAnswersAsync(rotated.GetProperty("key").GetString()!, HttpStatusCode.OK);
    }

    [Fact]
    public async Task BadRotations_AreRefused()
    {
        var (id, _) = await KeyAsync();

        await AssertRotationAsync(id, """{"overlapSeconds":-1}""", "/overlapSeconds");
        await AssertRotationAsync(id, """{"overlapSeconds":31536001}""", "/overlapSeconds");
        await AssertRotationAsync(id, """{"expiresAt":"2020-01-01T00:00:00Z"}""", "/expiresAt");
        await OkAsync(HttpMethod.Post, $"/v1/admin/keys/{id}/revoke");
        await AssertRotationAsync(id, "{}", null);
    }

    [Fact]
    public async Task Revoke_TwiceIsOnce()
    {
        var (id, _) = await KeyAsync();

        var first = await OkAsync(HttpMethod.Post, $"/v1/admin/keys/{id}/revoke");
        var second = await OkAsync(HttpMethod.Post, $"/v1/admin/keys/{id}/revoke");

        Assert.Equal(first.GetRawText(), second.GetRawText());
        var audit = await OkAsync(HttpMethod.Get, $"/v1/admin/audit?subject=key:{id}");
        Assert.Equal(["key.revoked", "key.issued"], audit.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("action").GetString()));
    }

    [Theory]
    [InlineData("key_0000000000001")]
    [InlineData("ord_0000000000001")]
    [InlineData("nonsense")]
    public async Task UnknownKey_IsNotFound(string id)
    {
        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Get, $"/v1/admin/keys/{id}", null),
            (HttpMethod.Post, $"/v1/admin/keys/{id}/revoke", null),
            (HttpMethod.Post, $"/v1/admin/keys/{id}/rotate", "{}"),
        })
        {
            using var answer = await _host.SendAsync(method, path, TestHost.OperatorKey, body);
            await answer.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        }
    }

    private async Task<(string Id, string Key)> KeyAsync()
    {
        var created = await _host.CreateAsync("/v1/admin/keys", """{"owner":"storefront:shop-1","scopes":["orders"]}""");
        return (created.GetProperty("id").GetString()!, created.GetProperty("key").GetString()!);
    }

    private async Task AssertAnswersAsync(string key, HttpStatusCode status)
    {
        using var answer = await _host.GetAsync("/v1/skus", key);
        Assert.Equal(status, answer.StatusCode);
    }

    private async Task AssertRotationAsync(string id, string body, string? param)
    {
        using var answer = await _host.PostAsync($"/v1/admin/keys/{id}/rotate", TestHost.OperatorKey, body);
        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    private async Task<JsonElement> OkAsync(HttpMethod method, string path, string? body = null)
    {
        using var answer = await _host.SendAsync(method, path, TestHost.OperatorKey, body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }
}
