using System.Text.Json.Nodes;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Suppliers.Tests.Declarative;

/// <summary>What answers are taken for, over HTTP.</summary>
public sealed class AnswerTests
{
    // Encrypted by openssl with the key and IV of Bench: ABCD-1234-EFGH; a list of one with PWD-0001.
    private const string OneCard = "te4m09XCPKiIcSo3B9nLgg==";
    private const string ListOfCards = "000102030405060708090a0b0c0d0e0f0161199d1131d817797ccb0f4171b5856d02a9b31b4a1a09a87dc58469bc2d2f1f0930dfc42fbe08a91a4209200de49443361f51c91c5b1d24f5a8644f5387403cf37784b17525b13663be15fa5ed408";

    [Fact]
    public async Task Issued_TellsReceiptAndCost()
    {
        var issued = Assert.IsType<SupplierOutcome.Issued>(await YunqiAsync(Says.YunqiState(2)));

        Assert.Equal(("Y-7", new Money(115_000), 0), (issued.Receipt, issued.Cost!.Value, issued.Codes.Count));
    }

    [Theory]
    [InlineData(0, "processing")]
    [InlineData(1, "processing")]
    [InlineData(-1, "rejected status_-1")]
    [InlineData(3, "unknown status_3")]
    public async Task States_MeanWhatTheFileSays(int state, string expected) => Assert.Equal(expected, Show(await YunqiAsync(Says.YunqiState(state))));

    [Theory]
    [InlineData("\"1001\"", "rejected code_1001")]
    [InlineData("\"1005\"", "unknown code_1005")]
    [InlineData("\"1007\"", "not now code_1007")]
    [InlineData("\"9999\"", "unknown code_9999")]
    [InlineData("\"1008\"", "unknown code_1008")]
    [InlineData("1001", "unknown code_1001")]
    [InlineData("\"1001 \"", "unknown code_not_listed")]
    [InlineData("true", "unknown code_true")]
    [InlineData("null", "unknown code_missing")]
    [InlineData("[\"1001\"]", "unknown code_missing")]
    [InlineData("{\"is\":\"1001\"}", "unknown code_missing")]
    [InlineData("\"13800000000\"", "unknown code_not_listed")]
    [InlineData("\"SECRET-CODE-1\"", "unknown code_not_listed")]
    public async Task Codes_MeanWhatTheFileSays_AndNothingElse(string code, string expected) => Assert.Equal(expected, Show(await YunqiAsync(Says.Yunqi(("code", code)))));

    [Theory]
    [InlineData("\"2\"")]
    [InlineData("2.0")]
    [InlineData("2e0")]
    [InlineData("\"-1\"")]
    [InlineData("-1.0")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[2]")]
    public async Task StatesOfAnotherType_AreUnknown(string state) =>
        Assert.IsType<SupplierOutcome.Unknown>(await YunqiAsync(Says.Yunqi(("code", "\"0000\""), ("outTradeNo", "\"42\""), ("state", state))));

    [Theory]
    [InlineData("""{"code":0,"code":2110}""")]
    [InlineData("""{"code":2110,"\u0063ode":2110}""")]
    [InlineData("""{"code":2110""")]
    [InlineData("""{"code":2110}}""")]
    [InlineData("""{"code":2110,}""")]
    [InlineData("""{"code":2110} // refused""")]
    [InlineData("""[{"code":2110}]""")]
    [InlineData("""{"message":"\ud800","code":2110,"x":{"a":1,"a":2}}""")]
    [InlineData("<html><body>code 2110</body></html>")]
    [InlineData("")]
    [InlineData("2110")]
    [InlineData("null")]
    public async Task WhatIsNotOneClearObject_IsUnknown(string body)
    {
        await using var bench = new Bench(Examples.Fengling, body);

        Assert.Equal("unknown unreadable", Show(await bench.IssueAsync(Bench.Request())));
        Assert.Equal("unknown unreadable", Show(await bench.QueryAsync(Bench.Request())));
    }

    [Theory]
    [InlineData(201)]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(500)]
    [InlineData(502)]
    public async Task HttpStatusesThatAreNotListed_AreUnknown(int status)
    {
        await using var bench = new Bench(Examples.Yunqi, Says.Yunqi(("code", "\"1001\"")), status);

        Assert.Equal($"unknown http_{status}", Show(await bench.IssueAsync(Bench.Request())));
    }

    [Fact]
    public async Task AnHttpStatusThatIsListed_IsRead()
    {
        await using var bench = new Bench(Examples.Xinghe, """{"code":4001}""", status: 400);

        Assert.Equal("rejected code_4001", Show(await bench.IssueAsync(Bench.Request())));
    }

    [Fact]
    public async Task AnswersAboutAnotherOrder_AreUnknown()
    {
        var other = Says.Yunqi(("code", "\"0000\""), ("outTradeNo", "\"43\""), ("state", "-1"));
        var nobody = Says.Yunqi(("code", "\"0000\""), ("state", "2"));

        Assert.Equal("unknown other_reference", Show(await YunqiAsync(other)));
        Assert.Equal("unknown other_reference", Show(await YunqiAsync(nobody)));
    }

    [Fact]
    public async Task AnswersWithAWrongSignature_AreUnknown()
    {
        var good = Says.YunqiState(-1);

        Assert.Equal("unknown signature", Show(await YunqiAsync(good.Replace("-1", "2", StringComparison.Ordinal))));
        Assert.Equal("unknown signature", Show(await YunqiAsync("""{"code":"1001"}""")));
        Assert.Equal("rejected status_-1", Show(await YunqiAsync(good)));
    }

    [Fact]
    public async Task NotFound_IsSaidByQueriesAlone()
    {
        await using var bench = new Bench(Examples.Yunqi, Says.Yunqi(("code", "\"2001\"")));

        Assert.IsType<SupplierAnswer.NotFound>(await bench.QueryAsync(Bench.Request()));
        Assert.Equal("unknown code_2001", Show(await bench.IssueAsync(Bench.Request())));
    }

    [Fact]
    public async Task Codes_AreDecrypted()
    {
        await using var bench = new Bench(Examples.Xinghe, Says.Xinghe("DONE", $$"""[{"no":"N-1","pwd":"{{OneCard}}","expireAt":"2029-12-31 23:59:59"}]"""));

        var issued = Assert.IsType<SupplierOutcome.Issued>(Outcome(await bench.IssueAsync(Bench.Request(expectsCode: true))));

        var code = Assert.Single(issued.Codes);
        Assert.Equal(("N-1", "ABCD-1234-EFGH", new DateOnly(2029, 12, 31)), (code.Code.Number, code.Code.Secret, code.ExpiresOn!.Value));
    }

    [Fact]
    public async Task ListsOfCodes_AreDecrypted()
    {
        await using var bench = new Bench(Examples.Fengling, Says.Fengling("成功", ListOfCards));

        var issued = Assert.IsType<SupplierOutcome.Issued>(Outcome(await bench.QueryAsync(Bench.Request(expectsCode: true))));

        var code = Assert.Single(issued.Codes);
        Assert.Equal(("N-1", "PWD-0001", new DateOnly(2029, 12, 31)), (code.Code.Number, code.Code.Secret, code.ExpiresOn!.Value));
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("te4m09XCPKiIcSo3B9nLg")]
    [InlineData("ABCD-1234-EFGH")]
    [InlineData("")]
    public async Task CipherTextOfAnotherKey_IsUnknown(string cipherText)
    {
        await using var bench = new Bench(Examples.Xinghe, Says.Xinghe("DONE", $$"""[{"pwd":"{{cipherText}}"}]"""));

        Assert.Equal("unknown code_unreadable", Show(await bench.IssueAsync(Bench.Request(expectsCode: true))));
    }

    [Fact]
    public void CodesUnderEveryOtherKey_AreNone()
    {
        var definition = Examples.Read(Examples.Xinghe).Submit.Answer.Cards!.Decrypt!;
        var read = Enumerable.Range(0, 5_000).Select(i =>
        {
            var secrets = new Dictionary<string, string> { ["cardKey"] = $"wrong-key-{i:000000}" };
            return Suppliers.Declarative.Answers.CardCipher.Create(definition, new Suppliers.Declarative.Messages.SecretValues(secrets)).Cipher!.Decrypt(OneCard);
        });

        Assert.All(read, Assert.Null);
    }

    // acg-faka marked orders delivered with the "out of stock" sentence as their code.
    [Theory]
    [InlineData("\"库存不足，请联系客服\"")]
    [InlineData("\"\"")]
    [InlineData("\"  \"")]
    [InlineData("\"--------\"")]
    [InlineData("null")]
    [InlineData("12345678")]
    [InlineData("\"\\ud800ABCDEFG\"")]
    public async Task ASentenceInPlaceOfACode_IsUnknown(string secret)
    {
        await using var bench = new Bench(Examples.Xinghe, Says.Xinghe("DONE", $$"""[{"pwd":{{secret}}}]"""), change: Plain);

        Assert.Equal("unknown code_unreadable", Show(await bench.IssueAsync(Bench.Request(expectsCode: true))));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"\"")]
    public async Task IssuedWithoutACode_IsNotTheEnd(string? cards)
    {
        await using var bench = new Bench(Examples.Xinghe, Says.Xinghe("DONE", cards));

        Assert.Equal("processing", Show(await bench.IssueAsync(Bench.Request(expectsCode: true))));
        Assert.Equal("unknown issued_without_code", Show(await bench.QueryAsync(Bench.Request(expectsCode: true, receipt: "X-9"))));
    }

    [Fact]
    public async Task IssuedWithoutACode_IsUnknown_WhereNoQueryHasIt()
    {
        await using var bench = new Bench(Examples.Yunqi, Says.YunqiState(2));

        Assert.Equal("unknown issued_without_code", Show(await bench.IssueAsync(Bench.Request(expectsCode: true))));
    }

    [Fact]
    public async Task OneUnreadableCodeOfTwo_IsUnknown()
    {
        await using var bench = new Bench(Examples.Xinghe, Says.Xinghe("DONE", $$"""[{"pwd":"{{OneCard}}"},{"pwd":"?"}]"""));

        Assert.Equal("unknown code_unreadable", Show(await bench.IssueAsync(Bench.Request(expectsCode: true))));
    }

    [Fact]
    public async Task AnOrderWithoutTheSuppliersNumber_IsNotAskedFor_WhereThatIsNeeded()
    {
        await using var bench = new Bench(Examples.Xinghe, Says.Xinghe("CLOSED"));

        Assert.Equal("unknown receipt_missing", Show(await bench.QueryAsync(Bench.Request())));
        Assert.Empty(bench.Server.Requests);
    }

    // 429 is whoever's: only the supplier's own word, in an answer that the file says is to be read, is definite.
    [Theory]
    [InlineData(false, "unknown http_429")]
    [InlineData(true, "not now code_1007")]
    public async Task TooManyRequests_MeanSomething_OnlyWhereTheFileSaysSo(bool isListed, string expected)
    {
        await using var bench = new Bench(
            Examples.Yunqi,
            Says.Yunqi(("code", "\"1007\"")),
            429,
            definition => definition["submit"]!["answer"]!["httpStatuses"] = new JsonArray([200, .. isListed ? new JsonNode[] { 429 } : []]));

        Assert.Equal(expected, Show(await bench.IssueAsync(Bench.Request())));
    }

    [Fact]
    public async Task ReasonsThatAffectAllOrders_AreTold()
    {
        await using var bench = new Bench(Examples.Yunqi);

        Assert.Equal(["code_1001", "code_1006"], ((IFaultReasons)bench.Supplier).FaultReasons.Order());
        Assert.Contains("state", bench.Supplier.HarmlessFields);
        Assert.DoesNotContain("msg", bench.Supplier.HarmlessFields);
    }

    internal static string Show(SupplierAnswer answer) => answer is SupplierAnswer.NotFound ? "not found" : Show(Outcome(answer));

    internal static string Show(SupplierOutcome outcome) => outcome switch
    {
        SupplierOutcome.Issued => "issued",
        SupplierOutcome.Rejected rejected => $"{(rejected.NotNow ? "not now" : "rejected")} {rejected.Reason}",
        SupplierOutcome.Processing => "processing",
        SupplierOutcome.Unknown unknown => $"unknown {unknown.Reason}",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    private static SupplierOutcome Outcome(SupplierAnswer answer) => Assert.IsType<SupplierAnswer.Answered>(answer).Outcome;

    private static async Task<SupplierOutcome> YunqiAsync(string body)
    {
        await using var bench = new Bench(Examples.Yunqi, body);
        return Outcome(await bench.IssueAsync(Bench.Request()));
    }

    [Theory]
    [InlineData("[a-z]+( [a-z]+){3}", "correct horse battery staple", true)]
    [InlineData("[A-Z0-9-]+", "ABCD-1234-EFGH", true)]
    [InlineData(".+", "correct horse battery staple", false)]
    [InlineData(null, "ABCD-1234-EFGH", false)]
    public async Task WhatCodesLookLike_IsKnown_WhereThePatternSaysMoreThanAnySentence(string? pattern, string code, bool isKnown)
    {
        await using var bench = new Bench(Examples.Xinghe, Says.Xinghe("DONE", $$"""[{"no":"1","pwd":"{{code}}"}]"""), change: definition =>
        {
            Plain(definition);
            definition["submit"]!["answer"]!["cards"]!["pattern"] = pattern;
            if (pattern is null)
            {
                definition["submit"]!["answer"]!["cards"]!.AsObject().Remove("pattern");
            }
        });

        var issued = Assert.IsType<SupplierOutcome.Issued>(Outcome(await bench.IssueAsync(Bench.Request(expectsCode: true))));

        Assert.Equal((code, isKnown), (Assert.Single(issued.Codes).Code.Secret, issued.Codes[0].HasKnownForm));
    }

    private static void Plain(JsonNode definition)
    {
        foreach (var cards in new[] { definition["submit"]!["answer"]!, definition["query"]!["answer"]!, definition["callback"]! }.Select(answer => answer["cards"]!.AsObject()))
        {
            cards.Remove("decrypt");
        }
    }
}
