using System.Text;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;
using Fulfilment.Suppliers.Declarative.Reading;

namespace Fulfilment.Suppliers.Tests.Declarative;

/// <summary>Signatures against values that Python's hashlib and hmac computed.</summary>
public sealed class SignerTests
{
    private const string Body = """{"requestId":"42","goods":{"code":"P-1","quantity":1},"priceLimit":1250}""";

    private static readonly KeyValuePair<string, string>[] Fields =
    [
        new("productId", "P-1"), new("outTradeNo", "42"), new("server", ""), new("merchantNo", "M1001"), new("amount", "12.50"), new("account", "13800000000"),
    ];

    [Theory]
    [InlineData("md5", "{{pairs}}&key={{secret.k}}", "upperHex", "", "1AE94A5A1F30945A21D04489B8A30D09")]
    [InlineData("md5", "{{pairs}}&key={{secret.k}}", "lowerHex", "", "1ae94a5a1f30945a21d04489b8a30d09")]
    [InlineData("sha256", "{{pairs}}{{secret.k}}", "lowerHex", "", "e4e138a2dd0948945951fc9bfbb83bd9b3248c95625ee15b4aa13260f207b7b6")]
    [InlineData("md5", "{{pairs}}&key={{secret.k}}", "lowerHex", "\"emptyValues\": \"keep\"", "10a0a851ddbac0214829262061644f93")]
    [InlineData("sha1", "{{secret.k}}{{pairs}}{{secret.k}}", "base64", "\"between\": \"\", \"assign\": \"\"", "qYKpnB218VgD4Yi5U7SfdRs7xBs=")]
    [InlineData("hmacSha256", "{{pairs}}", "upperHex", "", "94273546705D267F32DBB14CD33AD3D780F6C1E74B210211FC5613D7D93D477E")]
    [InlineData("sha1", "{{timestamp:ms}}{{body}}{{secret.k}}", "lowerHex", null, "1b0f7b7f32889b338673b94a96a602ffc61ef1f6")]
    [InlineData("hmacSha256", "{{timestamp:ms}}.{{body}}", "base64", null, "bIUbnexevlDqi6IMGIsC6zxKSAexGsvBcJKyfbCUTuk=")]
    [InlineData("md5", "{{sortedCharacters}}{{secret.k}}", "lowerHex", null, "3bc108c27da544f17714dc6c0da57fd2")]
    [InlineData("md5", "{{field.merchantNo}}{{field.outTradeNo}}{{timestamp:s}}{{secret.k}}", "lowerHex", null, "b4b0f001d28ae09d712936dffcc4689d")]
    public void Sign_IsAsOthersComputeIt(string algorithm, string text, string write, string? pairs, string expected) =>
        Assert.Equal(expected, Sign(Read(algorithm, text, write, pairs), new SignedContent(Fields, new Dictionary<string, string>(), Body, "POST", "/")));

    [Fact]
    public void SortedCharacters_AreOfEveryScript() => Assert.Equal(
        "17a99db7bc606d8b1e74e459cfd60afc",
        Sign(Read("md5", "{{sortedCharacters}}{{secret.k}}", "lowerHex", null), new SignedContent([], new Dictionary<string, string>(), """{"name":"张三","product":"视频会员"}""", "POST", "/")));

    [Fact]
    public void Pairs_CanBePercentEncoded() => Assert.Equal(
        "8ee2520a1e420d9521b2863ccc424c9c",
        Sign(Read("md5", "{{pairs}}&key={{secret.k}}", "lowerHex", "\"urlEncoded\": true"), new SignedContent([new("b", "1"), new("a", "张 &")], new Dictionary<string, string>(), "", "POST", "/")));

    [Fact]
    public void FieldsThatAreLeftOut_AreNotSigned()
    {
        KeyValuePair<string, string>[] more = [.. Fields, new("sign_type", "MD5")];

        Assert.Equal(
            "1ae94a5a1f30945a21d04489b8a30d09",
            Sign(Read("md5", "{{pairs}}&key={{secret.k}}", "lowerHex", "\"leaveOut\": [\"sign_type\"]"), new SignedContent(more, new Dictionary<string, string>(), "", "POST", "/")));
    }

    [Theory]
    [InlineData(SignatureWriting.LowerHex, "0a1b", "0A1B", true)]
    [InlineData(SignatureWriting.UpperHex, "0A1B", "0a1b", true)]
    [InlineData(SignatureWriting.LowerHex, "0a1b", "0a1c", false)]
    [InlineData(SignatureWriting.LowerHex, "0a1b", "0a1", false)]
    [InlineData(SignatureWriting.LowerHex, "0a1b", "", false)]
    [InlineData(SignatureWriting.Base64, "aGk=", "AGK=", false)]
    [InlineData(SignatureWriting.Base64, "aGk=", "aGk=", true)]
    public void Signatures_AreCompared(SignatureWriting writing, string expected, string received, bool same) =>
        Assert.Equal(same, Signer.AreSame(writing, expected, received));

    // A comparison that stops at the first difference tells a forger, by its time, how much is right.
    [Fact]
    public void Signatures_AreComparedInConstantTime()
    {
        var called = CalledBy(typeof(Signer).GetMethod(nameof(Signer.AreSame))!);

        Assert.Contains(called, method => method is { Name: "FixedTimeEquals", DeclaringType.Name: "CryptographicOperations" });
        Assert.DoesNotContain(called, method => method.Name is "op_Equality" or "Equals" or "SequenceEqual" or "Compare" or "CompareOrdinal");
    }

    private static List<System.Reflection.MethodBase> CalledBy(System.Reflection.MethodInfo method)
    {
        const byte Call = 0x28, CallVirtual = 0x6F;
        var code = method.GetMethodBody()!.GetILAsByteArray()!;
        var called = new List<System.Reflection.MethodBase>();
        for (var at = 0; at + 4 < code.Length; at++)
        {
            if (code[at] is Call or CallVirtual)
            {
                try
                {
                    called.Add(method.Module.ResolveMethod(BitConverter.ToInt32(code, at + 1))!);
                }
                catch (ArgumentException)
                {
                    // Not a call, but part of another instruction.
                }
            }
        }

        return called;
    }

    private static string Sign(SignatureDefinition signature, SignedContent content) => Signer.Sign(signature, content, new RequestValues
    {
        Secrets = new Dictionary<string, string> { ["k"] = Bench.ApiKey },
        Now = DateTimeOffset.FromUnixTimeMilliseconds(content.Body.Length > 0 && signature.Text.Source.Contains(":ms", StringComparison.Ordinal) ? 1_700_000_000_123 : 1_700_000_000_000),
        TimeZone = TimeZoneInfo.Utc,
        Nonce = "n",
    });

    private static SignatureDefinition Read(string algorithm, string text, string write, string? pairs)
    {
        var definition = """
            { "format": 1, "name": "x", "currency": "CNY", "secrets": { "k": "key" },
              "signature": { "algorithm": "ALGORITHM", "text": "TEXT", "write": "WRITE" MORE },
              "submit": { "method": "POST", "path": "/", "headers": { "S": "{{sign}}" }, "json": { "merchantNo": "m", "outTradeNo": "{{reference}}", "p": "{{supplierSku}}" },
                "answer": { "code": { "path": "c", "values": [ { "is": 0, "means": "issued" } ] } } } }
            """
            .Replace("ALGORITHM", algorithm, StringComparison.Ordinal)
            .Replace("TEXT", text, StringComparison.Ordinal)
            .Replace("WRITE", write, StringComparison.Ordinal)
            .Replace("MORE", (algorithm == "hmacSha256" ? ", \"key\": \"{{secret.k}}\"" : "") + (pairs is null ? "" : $", \"pairs\": {{ {pairs} }}"), StringComparison.Ordinal);
        var read = DefinitionReader.Read(Encoding.UTF8.GetBytes(definition));
        Assert.DoesNotContain(read.Mistakes, mistake => !mistake.IsWarning);
        return read.Definition!.Submit.Request.Signature!;
    }
}
