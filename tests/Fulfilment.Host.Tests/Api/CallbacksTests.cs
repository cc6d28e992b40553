using System.Net;
using System.Text;
using Dapper;
using Fulfilment.Core.Suppliers;
using Fulfilment.Core.Webhooks;
using Fulfilment.Host.Api;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Api;

/// <summary>Callbacks over HTTP. What they change is tested where it is decided; here, who is let in and what is kept.</summary>
public sealed class CallbacksTests : IAsyncLifetime
{
    private const string Path = "/v1/suppliers/acme/callbacks", Secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    private const string Body = """{"type":"order.fulfilled","timestamp":"2026-03-01T08:00:00Z","data":{"orderId":"ord_1","clientReference":"7300000000000000001","status":"fulfilled","version":3}}""";

    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        await _host.CreateAsync("/v1/admin/suppliers", Supplier("acme", ""));
        await _host.CreateAsync("/v1/admin/suppliers", """{"code":"files-only","name":"files"}""");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Callback_IsOnDisk_WhenItIsAnswered()
    {
        using var answer = await SendAsync(Path, Body);

        Assert.Equal((HttpStatusCode.OK, "ok", "text/plain"), (answer.StatusCode, await TextAsync(answer), answer.Content.Headers.ContentType?.MediaType));
        var (id, kept) = Assert.Single(Stray());
        Assert.DoesNotContain("ord_1", Encoding.UTF8.GetString(kept), StringComparison.Ordinal);
        Assert.Equal(Body, Encoding.UTF8.GetString(_host.Services.GetRequiredService<ISupplierVault>().RevealAnswer(id, kept)));
    }

    [Fact]
    public async Task Callback_IsTaken_AlsoFromASupplierThatIsPaused()
    {
        using var paused = await _host.PostAsync("/v1/admin/suppliers/acme/pause", TestHost.OperatorKey, """{"reason":"r"}""");
        using var inactive = await _host.SendAsync(HttpMethod.Patch, "/v1/admin/suppliers/acme", TestHost.OperatorKey, """{"active":false}""");

        using var answer = await SendAsync(Path, Body);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Single(Stray());
    }

    [Fact]
    public async Task Callback_IsNotKept_WhenItIsForged()
    {
        using var forged = await SendAsync(Path, Body.Replace("fulfilled", "failed", StringComparison.Ordinal), signed: Body);
        using var unsigned = await _host.PostAsync(Path, null, Body);
        using var query = await _host.GetAsync(Path + "?status=1&sign=0");

        Assert.Equal((HttpStatusCode.Unauthorized, "signature"), (forged.StatusCode, await TextAsync(forged)));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (unsigned.StatusCode, query.StatusCode));
        Assert.Empty(Stray());
        Assert.Contains("A callback at the address of supplier acme was refused: signature.", _host.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("7300000000000000001", _host.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callback_IsRefused_WhereNobodySendsAny()
    {
        using var unknown = await SendAsync("/v1/suppliers/nobody/callbacks", Body);
        using var files = await SendAsync("/v1/suppliers/files-only/callbacks", Body);
        using var large = await SendAsync(Path, new string(' ', (64 * 1024) + 1));
        using var chunked = await SendAsync(Path, new string(' ', (64 * 1024) + 1), isChunked: true);

        Assert.DoesNotContain("key", (await unknown.AssertProblemAsync(HttpStatusCode.NotFound, "not_found")).GetProperty("detail").GetString(), StringComparison.OrdinalIgnoreCase);
        await files.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        await large.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");
        await chunked.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");
        Assert.Empty(Stray());
    }

    [Fact]
    public async Task Callback_IsRefused_FromAnotherAddress()
    {
        await _host.CreateAsync("/v1/admin/suppliers", Supplier("far", """ "callbackIps": ["203.0.113.0/24"], """));
        await _host.CreateAsync("/v1/admin/suppliers", Supplier("near", """ "callbackIps": ["127.0.0.1"], """));

        using var far = await SendAsync("/v1/suppliers/far/callbacks", Body);
        using var near = await SendAsync("/v1/suppliers/near/callbacks", Body);

        Assert.DoesNotContain("key", (await far.AssertProblemAsync(HttpStatusCode.Forbidden, "ip_not_allowed")).GetProperty("detail").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, near.StatusCode);
        Assert.Single(Stray());
    }

    [Fact]
    public void Callbacks_OfOneAddress_AreBounded()
    {
        using var rates = new CallbackRates();
        var (one, neighbour, other) = (IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::2"), IPAddress.Parse("2001:db8:1::1"));

        var taken = Enumerable.Range(0, 100_000).TakeWhile(_ => rates.TryTake(one)).Count();

        Assert.InRange(taken, 500, 99_999);
        Assert.True(rates.TryTake(other));
        Assert.True(rates.TryTake(null));
        Assert.Contains(false, Enumerable.Range(0, 500).Select(_ => rates.TryTake(neighbour)));
    }

    private static string Supplier(string code, string more) => $$$"""
        {"code":"{{{code}}}","name":"n","adapter":"contract",
         "settings":{ {{{more}}} "baseUrl":"http://127.0.0.1:1","secrets":{"apiKey":"k","webhookSecret":"{{{Secret}}}"} } }
        """;

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    private async Task<HttpResponseMessage> SendAsync(string path, string body, string? signed = null, bool isChunked = false)
    {
        Assert.True(WebhookSecret.TryParse(Secret, out var secret));
        var at = TimeProvider.System.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = isChunked;
        request.Headers.Add(WebhookSignature.IdHeader, "msg_1");
        request.Headers.Add(WebhookSignature.TimestampHeader, at.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, "msg_1", at, Encoding.UTF8.GetBytes(signed ?? body)));
        return await _host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private List<(long Id, byte[] Body)> Stray()
    {
        using var database = new SqliteConnection($"Data Source={System.IO.Path.Combine(_host.Folder, "fulfilment.db")};Mode=ReadOnly;Pooling=False");
        return [.. database.Query<(long, byte[])>("SELECT id, body FROM stray_callbacks")];
    }
}
