using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Fulfilment.Host.Tests.Orders;

/// <summary>Orders of the wrong form: each a problem with a stable code, nothing half-done, never a 5xx.</summary>
public sealed class BadOrderTests(Shop shop) : IClassFixture<Shop>
{
    private const string Good = """{"clientReference":"bad","currency":"CNY","lines":[{"sku":"VIP","quantity":1}]}""";

    public static TheoryData<string, string?> Malformed => new()
    {
        { "", "" },
        { "null", "" },
        { "[]", "" },
        { "7", "" },
        { "{}", "/clientReference" },
        { Good[..^1], "" },
        { Good + "x", "" },
        { Good + Good, "" },
        { "\0", "" },
        { Good.Replace("}", ",}", StringComparison.Ordinal), null },
        { "/* */" + Good, "" },
        { With("\"bad\"", "null"), "/clientReference" },
        { With("\"bad\"", "7"), "/clientReference" },
        { With("\"bad\"", "\"\""), "/clientReference" },
        { With("\"bad\"", "\"a\\u0000b\""), "/clientReference" },
        { With("\"bad\"", "\"a\\nb\""), "/clientReference" },
        { With("\"bad\"", "\"\\ud800\""), "/clientReference" },
        { With("\"bad\"", "\"\\udc00x\""), "/clientReference" },
        { With("\"bad\"", $"\"{new string('x', 129)}\""), "/clientReference" },
        { With("\"bad\"", "\"bad\",\"clientReference\":\"worse\""), "/clientReference" },
        { With("clientReference", "ClientReference"), "/ClientReference" },
        { With("\"CNY\"", "\"cny\""), "/currency" },
        { With("\"CNY\"", "\"CNYY\""), "/currency" },
        { With("\"CNY\"", "null"), "/currency" },
        { With("\"currency\"", "\"colour\":\"red\",\"currency\""), "/colour" },
        { With("\"currency\"", "\"source\":\"theft\",\"currency\""), "/source" },
        { With("\"currency\"", "\"source\":1,\"currency\""), "/source" },
        { With("\"currency\"", "\"allowPartial\":\"true\",\"currency\""), "/allowPartial" },
        { With("\"currency\"", "\"allowPartial\":null,\"currency\""), "/allowPartial" },
        { With("\"currency\"", $"\"campaign\":\"{new string('x', 65)}\",\"currency\""), "/campaign" },
        { With("\"currency\"", "\"buyer\":\"u\",\"currency\""), "/buyer" },
        { With("\"currency\"", "\"buyer\":{\"name\":\"u\"},\"currency\""), "/buyer/name" },
        { With("\"currency\"", $"\"buyer\":{{\"contact\":\"{new string('x', 129)}\"}},\"currency\""), "/buyer/contact" },
        { With("\"currency\"", "\"metadata\":{\"a\":1},\"currency\""), "/metadata/a" },
        { With("\"currency\"", "\"metadata\":{\"a\":null},\"currency\""), "/metadata" },
        { With("\"currency\"", "\"metadata\":{\"\":\"b\"},\"currency\""), "/metadata" },
        { With("\"currency\"", "\"metadata\":{\"a\":\"b\",\"a\":\"c\"},\"currency\""), "/metadata/a" },
        { With("\"currency\"", $"\"metadata\":{{\"a\":\"{new string('x', 513)}\"}},\"currency\""), "/metadata" },
        { With("\"currency\"", $"\"metadata\":{{\"{new string('x', 65)}\":\"b\"}},\"currency\""), "/metadata" },
        { With("\"currency\"", $"\"metadata\":{{{Pairs(21)}}},\"currency\""), "/metadata" },
        { With("[{\"sku\":\"VIP\",\"quantity\":1}]", "[]"), "/lines" },
        { With("[{\"sku\":\"VIP\",\"quantity\":1}]", "null"), "/lines" },
        { With("[{\"sku\":\"VIP\",\"quantity\":1}]", "{}"), "/lines" },
        { With("[{\"sku\":\"VIP\",\"quantity\":1}]", "[null]"), "/lines/0" },
        { With("[{\"sku\":\"VIP\",\"quantity\":1}]", "[{\"sku\":\"VIP\",\"quantity\":1},null]"), "/lines/1" },
        { With("[{\"sku\":\"VIP\",\"quantity\":1}]", "[[]]"), "/lines/0" },
        { With("[{\"sku\":\"VIP\",\"quantity\":1}]", $"[{Lines(51)}]"), "/lines" },
        { With("\"VIP\"", "null"), "/lines/0/sku" },
        { With("\"VIP\"", "\"\""), "/lines/0/sku" },
        { With("\"VIP\"", $"\"{new string('x', 65)}\""), "/lines/0/sku" },
        { With(":1}", ":1.5}"), "/lines/0/quantity" },
        { With(":1}", ":1e2}"), "/lines/0/quantity" },
        { With(":1}", ":\"1\"}"), "/lines/0/quantity" },
        { With(":1}", ":2147483648}"), "/lines/0/quantity" },
        { With(":1}", ":99999999999999999999999999}"), "/lines/0/quantity" },
        { With(":1}", ":null}"), "/lines/0/quantity" },
        { With(",\"quantity\":1", ""), "/lines/0/quantity" },
        { With(":1}", ":1,\"colour\":1}"), "/lines/0/colour" },
        { With(":1}", ":1,\"recipient\":7}"), "/lines/0/recipient" },
        { With(":1}", ":1,\"recipient\":\"\\ud83d\"}"), "/lines/0/recipient" },
        { With(":1}", $":1,\"recipient\":\"{new string('x', 129)}\"}}"), "/lines/0/recipient" },
        { With(":1}", ":1,\"inputs\":[]}"), "/lines/0/inputs" },
        { With(":1}", ":1,\"inputs\":{\"a\":null}}"), "/lines/0/inputs" },
        { With(":1}", $":1,\"inputs\":{{{Pairs(21)}}}}}"), "/lines/0/inputs" },
        { With(":1}", ":1,\"maxUnitPrice\":12.5}"), "/lines/0/maxUnitPrice" },
        { With(":1}", ":1,\"maxUnitPrice\":\"12.50001\"}"), "/lines/0/maxUnitPrice" },
        { With(":1}", ":1,\"maxUnitPrice\":\"-1\"}"), "/lines/0/maxUnitPrice" },
        { With(":1}", ":1,\"maxUnitPrice\":\"1e3\"}"), "/lines/0/maxUnitPrice" },
        { With(":1}", ":1,\"maxUnitPrice\":\"\"}"), "/lines/0/maxUnitPrice" },
        { With(":1}", ":1,\"salePrice\":\"100000000.0001\"}"), "/lines/0/salePrice" },
        { With(":1}", ":1,\"salePrice\":\"NaN\"}"), "/lines/0/salePrice" },
        { $"{new string('[', 100)}{new string(']', 100)}", "" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task MalformedOrder_Is400_AndNamesTheField(string body, string? param)
    {
        using var answer = await shop.PlaceAsync(body);

        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode is HttpStatusCode.BadRequest, $"{(int)answer.StatusCode}: {text}");
        if (param is not null)
        {
            await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("-2147483648")]
    [InlineData("5001")]
    [InlineData("2147483647")]
    public async Task QuantityOutOfRange_Is422(string quantity)
    {
        using var answer = await shop.PlaceAsync(With(":1}", $":{quantity}}}"));

        await answer.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "quantity_out_of_range", "/lines/0/quantity");
    }

    [Fact]
    public async Task UnitsOverAllLines_AreAtMost5000()
    {
        var lines = string.Join(',', Enumerable.Repeat("""{"sku":"VIP","quantity":2147483647}""", 50));
        using var huge = await shop.PlaceAsync(With("""{"sku":"VIP","quantity":1}""", lines));
        await huge.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "quantity_out_of_range", "/lines/0/quantity");

        using var one = await shop.PlaceAsync(With("""{"sku":"VIP","quantity":1}""", """{"sku":"VIP","quantity":5000},{"sku":"VIP","quantity":1}"""));
        await one.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "quantity_out_of_range", "/lines");

        // 5,000 units are in order; there are only not so many.
        using var most = await shop.PlaceAsync(With(":1}", ":5000}"));
        await most.AssertProblemAsync(HttpStatusCode.Conflict, "out_of_stock");
    }

    [Fact]
    public async Task TheLargestOrderOfTheRightForm_IsTaken()
    {
        var reference = new string('卡', 128);
        var value = new string('密', 512);
        var pairs = string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"{new string((char)('a' + i), 64)}\":\"{value}\""));

        var order = await shop.PlacedAsync(
            $$$"""{"clientReference":"{{{reference}}}","currency":"CNY","lines":[{{{Lines(50)}}}],"metadata":{{{{pairs}}}},"buyer":{"contact":"{{{new string('x', 128)}}}"}}""");

        Assert.Equal(50, order.GetProperty("lines").GetArrayLength());
        Assert.Equal(reference, order.GetProperty("clientReference").GetString());
        Assert.Equal(20, order.GetProperty("metadata").EnumerateObject().Count());
        Assert.Equal(value, order.GetProperty("metadata").EnumerateObject().First().Value.GetString());
    }

    [Fact]
    public async Task TextThatLooksLikeSql_OrMarkup_IsText()
    {
        var body = """{"clientReference":"'; DROP TABLE orders; --","currency":"CNY","lines":[{"sku":"VIP","quantity":1,"metadata":{"a":"<b>+\"%s😀\u00e9"}}]}""";

        var order = await shop.PlacedAsync(body);

        Assert.Equal("'; DROP TABLE orders; --", order.GetProperty("clientReference").GetString());
        Assert.Equal("<b>+\"%s😀é", order.GetProperty("lines")[0].GetProperty("metadata").GetProperty("a").GetString());
        Assert.Equal(order.GetProperty("id").GetString(), (await shop.PlacedAsync(body, expected: HttpStatusCode.OK)).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData(null)]
    public async Task OtherMediaType_Is415(string? type)
    {
        using var answer = await SendAsync(Encoding.UTF8.GetBytes(Good), type);

        await answer.AssertProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Fact]
    public async Task BodyThatIsNotUtf8_Is400()
    {
        using var answer = await SendAsync([.. Encoding.UTF8.GetBytes(Good[..20]), 0xFF, 0xFE, .. Encoding.UTF8.GetBytes(Good[20..])], "application/json");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task BodyAboveTheLimit_Is413()
    {
        using var answer = await SendAsync(new byte[1024 * 1024 + 1], "application/json");

        await answer.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");
    }

    [Fact]
    public async Task NothingOfARefusedOrder_IsStored()
    {
        using var answer = await shop.PlaceAsync(With(":1}", ":1,\"colour\":1}"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);

        using var list = await shop.Host.GetAsync("/v1/orders?clientReference=bad", shop.Key);
        Assert.Equal(0, (await list.JsonAsync()).GetProperty("data").GetArrayLength());
    }

    private async Task<HttpResponseMessage> SendAsync(byte[] body, string? type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/orders", UriKind.Relative)) { Content = new ByteArrayContent(body) };
        // The server answers a body that is too large without reading it, and closes: a client that is still sending might miss the answer.
        request.Headers.ExpectContinue = body.Length > 100_000;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", shop.Key);
        request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return await shop.Host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static string With(string old, string @new) => Good.Replace(old, @new, StringComparison.Ordinal);

    private static string Pairs(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"\"k{i}\":\"v\"")));

    private static string Lines(int count) => string.Join(',', Enumerable.Repeat("""{"sku":"VIP","quantity":1}""", count));
}
