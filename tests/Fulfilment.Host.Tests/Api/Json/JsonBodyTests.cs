using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Serialization;
using Fulfilment.Core;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api;
using Fulfilment.Host.Api.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Tests.Api.Json;

public sealed class JsonBodyTests(JsonBodyTests.EchoHost echo) : IClassFixture<JsonBodyTests.EchoHost>
{
    private const string Path = "/test/echo";

    private static TestHostOptions Options => new()
    {
        Endpoints = app =>
        {
            ApiJson.Use(EchoJson.Default);
            app.MapPost(Path, Results<JsonHttpResult<Echo>, ProblemResult> (JsonBody<Echo> body) =>
                body.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Json(body.Value, ApiJson.TypeInfo<Echo>()));
        },
    };

    /// <summary>One host for all of them: nothing that is sent changes it.</summary>
    public sealed class EchoHost : IAsyncLifetime
    {
        private TestHost _host = null!;

        public IRunningHost Host => _host;

        public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(Options);

        public ValueTask DisposeAsync() => _host.DisposeAsync();
    }

    [Fact]
    public async Task DocumentedBody_IsRead_AndWrittenTheSame()
    {
        var host = echo.Host;

        const string Body = """{"name":"腾讯 + \"视频\"","count":3,"price":"12.50","settlement":"prepaid","items":[{"name":"a","count":null,"price":null,"settlement":null,"items":[],"metadata":null}],"metadata":{"row":"1"}}""";
        using var answer = await host.PostAsync(Path, null, Body);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Body, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("null", "")]
    [InlineData("[]", "")]
    [InlineData("\"a\"", "")]
    [InlineData("{", "")]
    [InlineData("""{"name":"a"} {}""", "")]
    [InlineData("""{"name":"a",}""", "")]
    [InlineData("""{"name":"a"/* why */}""", "")]
    [InlineData("{}", "/name")]
    [InlineData("""{"name":null}""", "/name")]
    [InlineData("""{"name":1}""", "/name")]
    [InlineData("""{"name":"a","colour":"red"}""", "/colour")]
    [InlineData("""{"name":"a","Count":1}""", "/Count")]
    [InlineData("""{"name":"a","name":"b"}""", "/name")]
    [InlineData("""{"name":"a","count":"1"}""", "/count")]
    [InlineData("""{"name":"a","count":1.5}""", "/count")]
    [InlineData("""{"name":"a","count":1e2000}""", "/count")]
    [InlineData("""{"name":"a","count":99999999999999999999}""", "/count")]
    [InlineData("""{"name":"a","count":-2147483649}""", "/count")]
    [InlineData("""{"name":"a","price":12.5}""", "/price")]
    [InlineData("""{"name":"a","price":"12.50001"}""", "/price")]
    [InlineData("""{"name":"a","price":"-1"}""", "/price")]
    [InlineData("""{"name":"a","price":"1e3"}""", "/price")]
    [InlineData("""{"name":"a","price":"100000000.0001"}""", "/price")]
    [InlineData("""{"name":"a","settlement":"Prepaid"}""", "/settlement")]
    [InlineData("""{"name":"a","settlement":2}""", "/settlement")]
    [InlineData("""{"name":"a","settlement":"prepaid, postpaid"}""", "/settlement")]
    [InlineData("""{"name":"a","items":[{"name":"b"},{"name":2}]}""", "/items/1/name")]
    [InlineData("""{"name":"a","items":[{"name":"b"},{"name":"c","x":0}]}""", "/items/1/x")]
    [InlineData("""{"name":"a","items":[{}]}""", "/items/0/name")]
    [InlineData("""{"name":"a","metadata":{"k":1}}""", "/metadata/k")]
    [InlineData("""{"name":"a","metadata":{"a.b/c":1}}""", "/metadata/a.b~1c")]
    [InlineData("""{"name":"a","metadata":{"k":"1","k":"2"}}""", "/metadata/k")]
    [InlineData("""{"name":"\ud800"}""", "/name")]
    [InlineData("""{"name":"\udc00\ud800"}""", "/name")]
    [InlineData("""{"name":"a","metadata":{"k":"\ud83d"}}""", "/metadata/k")]
    public async Task UndocumentedBody_AnswersInvalidRequest_AndNamesTheField(string body, string param)
    {
        var host = echo.Host;

        using var answer = await host.PostAsync(Path, null, body);

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    [Theory]
    [InlineData("""{"name":"a","\ud800":"1"}""")]
    [InlineData("""{"name":"a","metadata":{"\ud800":"1"}}""")]
    [InlineData("""{"name":"a","metadata":{"\ud800":1}}""")]
    public async Task LoneSurrogateInAFieldsName_AnswersInvalidRequest(string body)
    {
        var host = echo.Host;

        using var answer = await host.PostAsync(Path, null, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("invalid_request", (await answer.JsonAsync()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task DeepBody_AnswersInvalidRequest()
    {
        var host = echo.Host;
        var deep = string.Concat(Enumerable.Repeat("""{"name":"a","items":[""", 20)) + string.Concat(Enumerable.Repeat("]}", 20));

        using var answer = await host.PostAsync(Path, null, deep);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("invalid_request", (await answer.JsonAsync()).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(0xff)]
    [InlineData(0xc0, 0xaf)] // An overlong slash.
    [InlineData(0xed, 0xa0, 0x80)] // A surrogate in UTF-8.
    [InlineData(0xe4, 0xbd)] // Half a character.
    public async Task InvalidUtf8_AnswersInvalidRequest(params int[] bytes)
    {
        var host = echo.Host;
        byte[] value = [.. """{"name":"x"""u8, .. bytes.Select(part => (byte)part), .. "\"}"u8];
        byte[] key = [.. """{"name":"x","metadata":{"k"""u8, .. bytes.Select(part => (byte)part), .. "\":\"1\"}}"u8];

        using var inValue = await PostAsync(host, new ByteArrayContent(value), "application/json");
        using var inKey = await PostAsync(host, new ByteArrayContent(key), "application/json");

        await inValue.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "/name");
        Assert.Equal(HttpStatusCode.BadRequest, inKey.StatusCode);
    }

    [Fact]
    public async Task Answer_QuotesNothingOfTheBody()
    {
        var host = echo.Host;

        using var answer = await host.PostAsync(Path, null, """{"name":"a","count":"13800000000"}""");

        var problem = await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "/count");
        Assert.DoesNotContain("13800000000", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", HttpStatusCode.OK)]
    [InlineData("application/json; charset=utf-8", HttpStatusCode.OK)]
    [InlineData("APPLICATION/JSON;charset=\"UTF-8\"", HttpStatusCode.OK)]
    [InlineData("application/json; charset=gb18030", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/jsonp", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, HttpStatusCode.UnsupportedMediaType)]
    public async Task MediaType_IsJsonInUtf8OrRefused(string? mediaType, HttpStatusCode status)
    {
        var host = echo.Host;

        using var answer = await PostAsync(host, new ByteArrayContent("""{"name":"a"}"""u8.ToArray()), mediaType);

        Assert.Equal(status, answer.StatusCode);
        if (status != HttpStatusCode.OK)
        {
            await answer.AssertProblemAsync(status, "unsupported_media_type");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LargeBody_IsReadUpToTheLimit_AndRefusedPastIt(bool chunked)
    {
        var host = echo.Host;

        using var fits = await PostAsync(host, Body(900_000, chunked), "application/json");
        using var tooLarge = await PostAsync(host, Body((1024 * 1024) + 1, chunked), "application/json");

        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        Assert.Equal(900_000, (await fits.JsonAsync()).GetProperty("name").GetString()!.Length);
        await tooLarge.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");
    }

    private static HttpContent Body(int length, bool chunked)
    {
        var bytes = Encoding.UTF8.GetBytes($$"""{"name":"{{new string('a', length)}}"}""");
        return chunked ? new StreamContent(new Unseekable(bytes)) : new ByteArrayContent(bytes);
    }

    private static async Task<HttpResponseMessage> PostAsync(IRunningHost host, HttpContent content, string? mediaType)
    {
        using (content)
        {
            content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
            // The server answers a body that is too large without reading it, and closes: a client that is still sending might miss the answer.
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Path, UriKind.Relative)) { Content = content, Headers = { ExpectContinue = true } };
            return await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }

    // HttpClient sends what it cannot measure in chunks.
    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}

internal sealed record Echo
{
    public required string Name { get; init; }

    public int? Count { get; init; }

    public Money? Price { get; init; }

    public Settlement? Settlement { get; init; }

    public IReadOnlyList<Echo>? Items { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }
}

[JsonSerializable(typeof(Echo))]
internal sealed partial class EchoJson : JsonSerializerContext;
