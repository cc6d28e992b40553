using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Suppliers.Tests.Declarative;

/// <summary>Callbacks: what is believed, and what is not.</summary>
public sealed class CallbackTests
{
    private const string Json = """{"requestId":"42","orderNo":"X-9","status":"CLOSED","amount":1150}""";

    [Fact]
    public async Task AForm_IsBelieved_ForItsSignature()
    {
        var callback = await ParseAsync(Examples.Yunqi, Form(("outTradeNo", "42"), ("state", "2"), ("orderNo", "Y-7"), ("price", "11.50")));

        var verified = Assert.IsType<ParsedCallback.Verified>(callback);
        Assert.Equal(("42", "issued", "success", 200), (verified.Reference, AnswerTests.Show(verified.Outcome), verified.Reply.Body, verified.Reply.Status));
    }

    [Fact]
    public async Task FieldsInAnyOrder_AreTheSame()
    {
        (string, string)[] fields = [("outTradeNo", "42"), ("state", "-1"), ("orderNo", "Y-7"), ("note", "余额 &=%+"), ("empty", "")];
        for (var i = 0; i < fields.Length; i++)
        {
            var rotated = fields[i..].Concat(fields[..i]).ToArray();

            Assert.Equal("rejected status_-1", Show(await ParseAsync(Examples.Yunqi, Form(rotated))));
        }
    }

    [Fact]
    public async Task ValuesThatAreEncodedOtherwise_AreTheSame()
    {
        var body = Form(("outTradeNo", "42"), ("state", "2"), ("note", "a b"));

        Assert.Contains("%20", body, StringComparison.Ordinal);
        Assert.Equal("issued", Show(await ParseAsync(Examples.Yunqi, body.Replace("%20", "+", StringComparison.Ordinal))));
        Assert.Equal("issued", Show(await ParseAsync(Examples.Yunqi, body.Replace("=42", "=%34%32", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task TheSameCallbackAgain_IsReadTheSame()
    {
        await using var bench = new Bench(Examples.Yunqi);
        var body = Form(("outTradeNo", "42"), ("state", "2"));

        Assert.Equal(bench.Supplier.ParseCallback(Request(body)), bench.Supplier.ParseCallback(Request(body)));
    }

    [Theory]
    [InlineData("state=2", "state=-1")]
    [InlineData("outTradeNo=42", "outTradeNo=43")]
    [InlineData("state=2", "state=2&price=0")]
    [InlineData("state=2", "state=2&state2=x")]
    [InlineData("sign=", "sign_=")]
    [InlineData("sign=", "sign=0")]
    public async Task ATamperedForm_IsRefused(string part, string by)
    {
        var body = Form(("outTradeNo", "42"), ("state", "2")).Replace(part, by, StringComparison.Ordinal);

        var refused = Assert.IsType<ParsedCallback.Refused>(await ParseAsync(Examples.Yunqi, body));
        Assert.Equal(("signature", "fail", 400), (refused.Reason, refused.Reply.Body, refused.Reply.Status));
    }

    [Theory]
    [InlineData("outTradeNo=42&outTradeNo=43&state=2&sign=x")]
    [InlineData("outTradeNo=42&%6futTradeNo=43&state=2&sign=x")]
    [InlineData("outTradeNo=42&state=%zz&sign=x")]
    [InlineData("outTradeNo=42&state=%ff&sign=x")]
    public async Task AFormThatCanBeReadInTwoWays_IsRefused(string body) =>
        Assert.Equal("unreadable", Assert.IsType<ParsedCallback.Refused>(await ParseAsync(Examples.Yunqi, body)).Reason);

    [Fact]
    public async Task AWrongKeyOrMethod_IsRefused()
    {
        var body = Form(("outTradeNo", "42"), ("state", "2"));
        await using var bench = new Bench(Examples.Yunqi);

        Assert.IsType<ParsedCallback.Refused>(await ParseAsync(Examples.Yunqi, Form(Bench.ApiKey + "x", ("outTradeNo", "42"), ("state", "2"))));
        Assert.IsType<ParsedCallback.Refused>(bench.Supplier.ParseCallback(Request(body, "GET")));
        Assert.IsType<ParsedCallback.Refused>(bench.Supplier.ParseCallback(new CallbackRequest { Method = "POST", QueryString = "?" + body, Headers = NoHeaders, Body = [] }));
    }

    [Theory]
    [InlineData("3", "unknown status_3")]
    [InlineData("13800000000", "unknown status_not_listed")]
    public async Task AStateThatIsNotListed_IsUnknown_AndStillAccepted(string state, string expected)
    {
        var verified = Assert.IsType<ParsedCallback.Verified>(await ParseAsync(Examples.Yunqi, Form(("outTradeNo", "42"), ("state", state))));

        Assert.Equal((expected, "success"), (AnswerTests.Show(verified.Outcome), verified.Reply.Body));
    }

    [Fact]
    public async Task Json_IsBelieved_ForTheSignatureInItsHeader()
    {
        var verified = Assert.IsType<ParsedCallback.Verified>(await SignedJsonAsync(Json));

        Assert.Equal(("42", "rejected status_CLOSED", "application/json", """{"code":0,"message":"ok"}"""),
            (verified.Reference, AnswerTests.Show(verified.Outcome), verified.Reply.ContentType, verified.Reply.Body));
    }

    [Fact]
    public async Task AChangedByte_Header_OrTimestamp_IsRefused()
    {
        Assert.IsType<ParsedCallback.Refused>(await SignedJsonAsync(Json, sent: Json.Replace("CLOSED", "DONE", StringComparison.Ordinal)));
        Assert.IsType<ParsedCallback.Refused>(await SignedJsonAsync(Json, sent: Json + " "));
        Assert.IsType<ParsedCallback.Refused>(await SignedJsonAsync(Json, timestamp: "1700000000001"));
        Assert.IsType<ParsedCallback.Refused>(await SignedJsonAsync(Json, asHex: true));
        var refused = Assert.IsType<ParsedCallback.Refused>(await SignedJsonAsync(Json, withSign: false));
        Assert.Equal(("signature", 401, """{"code":1,"message":"refused"}"""), (refused.Reason, refused.Reply.Status, refused.Reply.Body));
    }

    [Theory]
    [InlineData("""{"requestId":"42","requestId":"43","status":"DONE"}""")]
    [InlineData("""{"requestId":"42","status":"DONE" """)]
    [InlineData("""["42"]""")]
    [InlineData("")]
    [InlineData("""{"status":"DONE"}""")]
    [InlineData("""{"requestId":null,"status":"DONE"}""")]
    [InlineData("""{"requestId":{"a":1},"status":"DONE"}""")]
    public async Task SignedJsonThatCannotBeRead_IsRefused(string body) =>
        Assert.Equal("unreadable", Assert.IsType<ParsedCallback.Refused>(await SignedJsonAsync(body)).Reason);

    [Fact]
    public async Task ASignatureInsideTheBody_IsTakenOutOfWhatIsSigned()
    {
        foreach (var template in new[] { """{"sign":"SIGN","requestId":"42","status":"DONE"}""", """{ "requestId" : "42" , "sign":"SIGN" , "status":"DONE" }""", """{"requestId":"42","status":"DONE","sign":"SIGN"}""" })
        {
            var unsigned = template.Replace("\"sign\":\"SIGN\",", "", StringComparison.Ordinal).Replace(", \"sign\":\"SIGN\" ", "", StringComparison.Ordinal).Replace(",\"sign\":\"SIGN\"", "", StringComparison.Ordinal);
            var sorted = new string([.. unsigned.Order()]);
            unsigned = unsigned.Trim();
            await using var bench = new Bench(Examples.Xinghe, change: definition =>
            {
                var callback = definition["callback"]!.AsObject();
                callback["sign"] = "{{field.sign}}";
                callback["signature"] = new JsonObject { ["algorithm"] = "md5", ["text"] = "{{sortedCharacters}}{{secret.appSecret}}" };
            });
            var sign = Says.Md5(sorted + Bench.ApiKey);

            Assert.Equal("issued", Show(bench.Supplier.ParseCallback(Request(template.Replace("SIGN", sign, StringComparison.Ordinal)))));
            Assert.IsType<ParsedCallback.Refused>(bench.Supplier.ParseCallback(Request(template.Replace("SIGN", sign, StringComparison.Ordinal).Replace("DONE", "CLOSED", StringComparison.Ordinal))));
        }
    }

    [Fact]
    public async Task ACallbackInTheAddress_IsRead()
    {
        await using var bench = new Bench(Examples.Yunqi, change: definition =>
        {
            definition["callback"]!["method"] = "GET";
            definition["callback"]!["format"] = "query";
        });

        var parsed = bench.Supplier.ParseCallback(new CallbackRequest { Method = "GET", QueryString = "?" + Form(("outTradeNo", "42"), ("state", "2")), Headers = NoHeaders, Body = [] });

        Assert.Equal("issued", Show(parsed));
    }

    [Fact]
    public async Task ASupplierWithoutCallbacks_RefusesThem() => Assert.IsType<ParsedCallback.Refused>(await ParseAsync(Examples.Fengling, Json));

    private static IReadOnlyDictionary<string, string> NoHeaders => new Dictionary<string, string>();

    private static string Show(ParsedCallback parsed) => AnswerTests.Show(Assert.IsType<ParsedCallback.Verified>(parsed).Outcome);

    private static CallbackRequest Request(string body, string method = "POST", IReadOnlyDictionary<string, string>? headers = null) =>
        new() { Method = method, QueryString = "", Headers = headers ?? NoHeaders, Body = Encoding.UTF8.GetBytes(body) };

    private static async Task<ParsedCallback> ParseAsync(string example, string body)
    {
        await using var bench = new Bench(example);
        return bench.Supplier.ParseCallback(Request(body));
    }

    private static string Form(params (string Name, string Value)[] fields) => Form(Bench.ApiKey, fields);

    private static string Form(string key, params (string Name, string Value)[] fields)
    {
        var pairs = string.Join('&', fields.Where(field => field.Value.Length > 0).OrderBy(field => field.Name, StringComparer.Ordinal).Select(field => $"{field.Name}={field.Value}"));
        return string.Join('&', fields.Append(("sign", Says.Md5($"{pairs}&key={key}").ToUpperInvariant())).Select(field => $"{field.Item1}={Uri.EscapeDataString(field.Item2)}"));
    }

    private static async Task<ParsedCallback> SignedJsonAsync(string body, string? sent = null, string timestamp = "1700000000000", bool asHex = false, bool withSign = true)
    {
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Bench.ApiKey), Encoding.UTF8.GetBytes("1700000000000." + body));
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["x-timestamp"] = timestamp };
        if (withSign)
        {
            headers["x-sign"] = asHex ? Convert.ToHexString(mac) : Convert.ToBase64String(mac);
        }

        await using var bench = new Bench(Examples.Xinghe);
        return bench.Supplier.ParseCallback(Request(sent ?? body, headers: headers));
    }
}
