using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;
using Microsoft.AspNetCore.WebUtilities;

namespace Fulfilment.Suppliers.Tests.Declarative;

/// <summary>Whatever a value is, it stays one: whoever reads the request finds the fields of the file, and in them exactly what was put in.</summary>
public sealed class RequestWriterTests
{
    // Computed by Python's hashlib.
    private const string Md5OfForm = "EF4FEC038C9245B82849207B3AC1502D", Sha1OfJson = "70eef6ddfb32b109377c62f34605435cac697b1b";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, 123, TimeSpan.Zero);

    [Fact]
    public void NoValue_BreaksOutOfAForm() => ForAnyText(text =>
    {
        if (Write(Examples.Read(Examples.Yunqi).Submit.Request, text) is not { } written)
        {
            return !WellFormedText.Is(text);
        }

        var fields = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(written.Body));
        return fields.Keys.Order().SequenceEqual(new[] { "account", "maxPrice", "merchantNo", "notifyUrl", "outTradeNo", "productId", "server", "sign", "timestamp" })
            && fields.All(field => field.Value.Count == 1)
            && fields["account"] == text && fields["server"] == text && fields["productId"] == text && fields["merchantNo"] == text;
    });

    [Fact]
    public void NoValue_BreaksOutOfJson() => ForAnyText(text =>
    {
        if (Write(Examples.Read(Examples.Fengling).Submit.Request, text) is not { } written)
        {
            return !WellFormedText.Is(text);
        }

        var body = JsonDocument.Parse(written.Body).RootElement;
        var inner = JsonDocument.Parse(body.GetProperty("biz_content").GetString()!).RootElement;
        return Names(body).SequenceEqual(["app_key", "method", "timestamp", "nonce", "version", "biz_content", "sign"])
            && Names(inner).SequenceEqual(["customer_order_no", "product_id", "buy_num", "charge_account", "charge_game_srv", "max_price"])
            && body.GetProperty("app_key").GetString() == text && inner.GetProperty("charge_account").GetString() == text && inner.GetProperty("charge_game_srv").GetString() == text;
    });

    [Fact]
    public void NoValue_BreaksOutOfAPathOrHeader() => ForAnyText(text =>
    {
        if (Write(Examples.Read(Examples.Xinghe).Query!.Request, text) is not { } written)
        {
            return !WellFormedText.Is(text) || text is "." or "..";
        }

        var address = BaseAddressOf(written);
        return address.Segments.Length == 4 && Uri.UnescapeDataString(address.Segments[3]) == text && address is { Query: "", Fragment: "", Host: "open.xinghe.example" }
            && written.Headers.Count == 3 && written.Headers.All(header => header.Value.All(c => c is >= ' ' and <= '~'));
    });

    [Fact]
    public void NoValue_BreaksOutOfAnAddress() => ForAnyText(text =>
    {
        var request = new RequestDefinition
        {
            Method = "GET",
            Path = Examples.Read(Examples.Yunqi).Submit.Request.Path,
            Query = Examples.Read(Examples.Yunqi).Submit.Request.Body,
            Signature = Examples.Read(Examples.Yunqi).Submit.Request.Signature,
        };
        return Write(request, text) is not { } written
            ? !WellFormedText.Is(text)
            : QueryHelpers.ParseQuery(BaseAddressOf(written).Query) is { Count: 9 } fields && fields["account"] == text && BaseAddressOf(written).Fragment.Length == 0;
    });

    [Fact]
    public void WhatIsSigned_IsWhatIsSent() => ForAnyText(text =>
    {
        var definition = Examples.Read(Examples.Fengling);
        if (Write(definition.Submit.Request, text) is not { } written)
        {
            return !WellFormedText.Is(text);
        }

        var received = ReceivedMessage.Read(
            new CallbackRequest { Method = "POST", QueryString = "", Headers = new Dictionary<string, string>(), Body = written.Body },
            BodyFormat.Json, withQuery: false, new SignaturePlace(InHeader: false, "sign"));
        return received!.IsSignedBy(new SignedAnswer(definition.Submit.Request.Signature!, new SignaturePlace(InHeader: false, "sign")), new SecretValues(Secrets(text)));
    });

    [Fact]
    public void AForm_IsWrittenAsTheFileSays()
    {
        var written = Write(Examples.Read(Examples.Yunqi).Submit.Request, "M1001", recipient: "13800000000", server: null)!;

        Assert.Equal(
            "merchantNo=M1001&outTradeNo=42&productId=M1001&account=13800000000&maxPrice=12.50&notifyUrl=https%3A%2F%2Fshop.example%2Fcb&timestamp=20260301160000&sign=" + Md5OfForm,
            Encoding.UTF8.GetString(written.Body));
        Assert.Equal(("POST", "/gateway/recharge", "application/x-www-form-urlencoded"), (written.Method, written.PathAndQuery, written.ContentType));
    }

    [Fact]
    public void Json_IsWrittenAsTheFileSays()
    {
        var written = Write(Examples.Read(Examples.Xinghe).Submit.Request, "k3y-SECRET")!;

        Assert.Equal("""{"requestId":"42","goods":{"code":"k3y-SECRET","quantity":1},"priceLimit":1250}""", Encoding.UTF8.GetString(written.Body));
        Assert.Equal("1772352000123", written.Headers.Single(header => header.Key == "X-Timestamp").Value);
        Assert.Equal(Sha1OfJson, written.Headers.Single(header => header.Key == "X-Sign").Value);
    }

    [Theory]
    [InlineData(125_000, "12.50", "12.5000", "1250", "12500")]
    [InlineData(1, "0.00", "0.0001", "0", "0")]
    [InlineData(125_999, "12.59", "12.5999", "1259", "12599")]
    [InlineData(1_000_000_000_000, "100000000.00", "100000000.0000", "10000000000", "100000000000")]
    public void TheHighestPrice_IsRoundedDown(long tenThousandths, string yuan, string yuan4, string fen, string li) =>
        Assert.Equal([yuan, yuan4, fen, li], new[] { "yuan", "yuan4", "fen", "li" }.Select(format => MoneyFormat.Write(new Money(tenThousandths), format)));

    [Theory]
    [InlineData("12.5", MoneyUnit.Yuan, 125_000L)]
    [InlineData("12.500000", MoneyUnit.Yuan, 125_000L)]
    [InlineData("-3", MoneyUnit.Yuan, -30_000L)]
    [InlineData("1250", MoneyUnit.Fen, 125_000L)]
    [InlineData("12500", MoneyUnit.Li, 125_000L)]
    [InlineData("0.00001", MoneyUnit.Yuan, null)]
    [InlineData("1e3", MoneyUnit.Yuan, null)]
    [InlineData("1,000", MoneyUnit.Yuan, null)]
    [InlineData("", MoneyUnit.Yuan, null)]
    [InlineData("免费", MoneyUnit.Yuan, null)]
    [InlineData("99999999999999999999", MoneyUnit.Fen, null)]
    public void Amounts_AreReadExactly_OrNotAtAll(string text, MoneyUnit unit, long? tenThousandths) => Assert.Equal(tenThousandths, MoneyFormat.Read(text, unit)?.TenThousandths);

    private static IEnumerable<string> Names(JsonElement json) => json.EnumerateObject().Select(field => field.Name);

    private static Uri BaseAddressOf(WrittenRequest written) => Suppliers.Declarative.BaseAddress.With(new Uri("https://open.xinghe.example/v2"), written.PathAndQuery);

    private static Dictionary<string, string> Secrets(string text) =>
        new() { ["merchantNo"] = text, ["apiKey"] = text, ["appId"] = text, ["appSecret"] = text, ["appKey"] = text, ["cardKey"] = text };

    private static WrittenRequest? Write(RequestDefinition request, string text) => Write(request, text, text, text);

    private static WrittenRequest? Write(RequestDefinition request, string text, string? recipient, string? server) => RequestWriter.Write(request, new RequestValues
    {
        Request = new SupplierRequest
        {
            AttemptId = 42,
            SupplierSku = text,
            Recipient = recipient,
            Inputs = server is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["server"] = server },
            ExpectsCode = false,
            MaxCost = new Money(125_000),
            Currency = "CNY",
            CreatedAt = Now,
            Receipt = text,
        },
        Secrets = Secrets(text),
        CallbackUrl = "https://shop.example/cb",
        Now = Now,
        TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"),
        Nonce = "00",
    });

    private static void ForAnyText(Func<string, bool> holds) => Check.QuickThrowOnFailure(Prop.ForAll(Texts().ToArbitrary(), holds));

    // Of what ends a value somewhere, of scripts, and of halves of characters.
    private static Gen<string> Texts() => Gen.Frequency(
        (8, Gen.Elements("\"", "\\", "&", "=", "%", "+", "#", "?", "/", ";", "<", ">", "'", " ", "{{", "}}", "{{sign}}", "{{secret.apiKey}}", "\r\n", "\0", "\t", "..", ".", "%2e", "\u2028", "\u007f")),
        (6, Gen.Choose(32, 126).Select(c => ((char)c).ToString())),
        (3, Gen.Elements("张", "é", "é", "😀", "\ufeff", "\uffff", "１")),
        (1, Gen.Elements("\ud83d", "\ude00")))
        .NonEmptyListOf().Select(parts => string.Concat(parts.Take(12)));
}
