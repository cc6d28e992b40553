using System.Text;
using System.Text.Json.Nodes;
using Fulfilment.Suppliers.Declarative.Reading;

namespace Fulfilment.Suppliers.Tests.Declarative;

/// <summary>What somebody who writes a definition is told. Each case plants one mistake in an example that has none.</summary>
public sealed class DefinitionReaderTests
{
    public static TheoryData<string, string, string, string, string> Mistakes => new()
    {
        // Text of the example, what stands there instead, path, what is wrong, what to write.
        { "\"submit\":", "\"sumbit\":", "sumbit", "Did you mean \"submit\"?", "Correct the name" },
        { "\"format\": 1,", "\"format\": 2,", "format", "This is the number 2.", "Write \"format\": 1" },
        { "\"currency\": \"CNY\"", "\"currency\": \"人民币\"", "currency", "is no currency", "\"CNY\"" },
        { "\"currency\": \"CNY\",", "", "", "The field \"currency\" is missing.", "three capitals" },
        { "Asia/Shanghai", "Asia/Beijing", "timeZone", "There is no time zone \"Asia/Beijing\".", "\"Asia/Shanghai\"" },
        { "https://api.yunqi.example", "api.yunqi.example", "baseUrl", "is no address", "https://api.supplier.example/v2" },
        { "\"apiKey\": \"签名密钥, from the supplier's console under 安全设置\"", "\"apiKey\": \"8f3a9c0d7e6b5a49f0e1\"", "secrets.apiKey", "This looks like the secret itself.", "belongs in the settings" },
        { "\"apiKey\": \"签名密钥", "\"api key\": \"签名密钥", "secrets.api key", "cannot name a secret", "letters, digits and underscores" },
        { "\"algorithm\": \"md5\"", "\"algorithm\": \"MD5\"", "signature.algorithm", "This is the text \"MD5\".", "Did you mean \"md5\"?" },
        { "\"algorithm\": \"md5\"", "\"algorithm\": \"hmacSha256\"", "signature", "An HMAC needs a key.", "\"key\": \"{{secret.key}}\"" },
        { "\"write\": \"upperHex\"", "\"write\": \"upper\"", "signature.write", "This is the text \"upper\".", "\"upperHex\"" },
        { "&key={{secret.apiKey}}\",\n    \"write\"", "&key={{secret.apikey}}\",\n    \"write\"", "signature.text", "The secret \"apikey\" is not declared. Did you mean \"apiKey\"?", "Correct the name" },
        { "&key={{secret.apiKey}}\",\n    \"write\"", "&key=\",\n    \"write\"", "signature.text", "No secret is in the text that is signed", "&key={{secret.key}}" },
        { "\"{{pairs}}&key={{secret.apiKey}}\",\n    \"write\"", "\"{{field.outTradNo}}{{secret.apiKey}}\",\n    \"write\"", "signature.text", "has nothing of this name. Did you mean \"outTradeNo\"?", "a \"signature\" of its own" },
        { "\"text\": \"{{pairs}}&key={{secret.apiKey}}\",\n    \"write\": \"upperHex\"", "\"text\": \"{{body}}{{secret.apiKey}}\", \"pairs\": {}", "signature.pairs", "\"text\" has no {{pairs}}", "take this field out" },
        { "{{reference}}\",\n      \"productId\"", "{{refrence}}\",\n      \"productId\"", "submit.form.outTradeNo", "{{refrence}} is not known. Did you mean \"reference\"?", "Possible here: " },
        { "{{reference}}\",\n      \"productId\"", "{{reference\",\n      \"productId\"", "submit.form.outTradeNo", "is not closed", "{{name}}" },
        { "{{reference}}\",\n      \"productId\"", "reference}}\",\n      \"productId\"", "submit.form.outTradeNo", "\"}}\" without \"{{\"", "{{name}}" },
        { "{{reference}}\",\n      \"productId\"", "42\",\n      \"productId\"", "submit", "{{reference}} stands nowhere", "\"orderNo\": \"{{reference}}\"" },
        { "{{supplierSku}}", "P-1", "submit", "{{supplierSku}} stands nowhere", "\"productId\": \"{{supplierSku}}\"" },
        { "{{recipient}}", "{{receipt}}", "submit.form.account", "{{receipt}} has no meaning here.", "Possible here: " },
        { "{{input.server}}", "{{input}}", "submit.form.server", "{{input}} does not say which.", "{{input.NAME}}" },
        { "{{maxCost:yuan}}", "{{maxCost:cents}}", "submit.form.maxPrice", "\":cents\" is no way to write {{maxCost}}.", "\"fen\"" },
        { "{{maxCost:yuan}}", "{{recipient|number}}", "submit.form.maxPrice", "cannot be written as a number", "Leave out \"|number\"" },
        { "{{timestamp:yyyyMMddHHmmss}}", "{{timestamp:now}}", "submit.form.timestamp", "\":now\" is no way to write {{timestamp}}.", ":yyyyMMddHHmmss" },
        { "\"sign\": \"{{sign}}\"", "\"x\": \"1\"", "submit", "This request is not signed, though the file has a signature.", "Write {{sign}}" },
        { "\"method\": \"POST\",\n    \"path\": \"/gateway/recharge\"", "\"method\": \"post\",\n    \"path\": \"/gateway/recharge\"", "submit.method", "This is the text \"post\".", "Did you mean \"POST\"?" },
        { "\"method\": \"POST\",\n    \"path\": \"/gateway/recharge\"", "\"method\": \"GET\",\n    \"path\": \"/gateway/recharge\"", "submit.form", "A GET has no body.", "Move the fields to \"query\"" },
        { "\"/gateway/recharge\"", "\"gateway/recharge\"", "submit.path", "A path begins with a slash.", "\"/gateway/recharge\"" },
        { "\"/gateway/recharge\"", "\"https://api.yunqi.example/gateway\"", "submit.path", "This is a whole address.", "\"baseUrl\"" },
        { "\"/gateway/recharge\"", "\"/gateway?x=1\"", "submit.path", "A path ends before the question mark.", "\"query\"" },
        { "\"/gateway/recharge\"", "\"/gate way\"", "submit.path", "There are characters in it", "letters, digits" },
        { "\"/gateway/recharge\"", "\"/gateway/{{recipient}}\"", "submit.path", "{{recipient}} has no meaning here.", "Possible here: " },
        { "\"path\": \"/gateway/recharge\",", "\"path\": \"/gateway/recharge\", \"headers\": { \"Content-Type\": \"x\" },", "submit.headers.Content-Type", "is written by itself", "Take it out" },
        { "\"path\": \"/gateway/recharge\",", "\"path\": \"/gateway/recharge\", \"headers\": { \"X Sign\": \"x\" },", "submit.headers.X Sign", "This is no name of a header.", "hyphens" },
        { "\"path\": \"/gateway/recharge\",", "\"path\": \"/gateway/recharge\", \"json\": {},", "submit.json", "There is a body as \"form\" and another as \"json\".", "Keep the one" },
        { "\"means\": \"seeStatus\", \"text\": \"受理成功\"", "\"means\": \"success\"", "submit.answer.code.values[0].means", "This is the text \"success\".", "\"issued\"" },
        { "\"means\": \"seeStatus\", \"text\": \"受理成功\"", "\"means\": \"notFound\"", "submit.answer.code.values[0].means", "This is the text \"notFound\".", "\"issued\"" },
        { "\"means\": \"seeStatus\", \"text\": \"受理成功\"", "\"means\": \"unknown\"", "submit.answer.code", "The status is never looked at", "\"seeStatus\"" },
        { "{ \"is\": \"0000\", \"means\": \"seeStatus\", \"text\": \"受理成功\" }", "{ \"means\": \"seeStatus\" }", "submit.answer.code.values[0]", "The field \"is\" is missing.", "as it stands in the answer" },
        { "\"is\": \"1002\"", "\"is\": \"1001\"", "submit.answer.code.values[2]", "is listed twice", "Keep one" },
        { "\"is\": \"1002\"", "\"is\": [\"1002\"]", "submit.answer.code.values[2].is", "This is a list", "A value is a number, a text, true or false." },
        { ", \"text\": \"产品不存在或已下架\"", "", "submit.answer.code.values[2]", "nothing says why that is certain", "Copy what the supplier's document says" },
        { "\"means\": \"unknown\", \"text\": \"订单号重复\"", "\"means\": \"rejected\", \"text\": \"订单号重复\"", "submit.answer.code.values[5]", "you may pay twice", "\"means\": \"unknown\"" },
        { "\"means\": \"unknown\", \"text\": \"系统异常, 请查单\"", "\"means\": \"rejected\", \"text\": \"系统异常, 请查单\"", "submit.answer.code.values[8]", "you may pay twice", "\"means\": \"unknown\"" },
        { "\"means\": \"unknown\", \"text\": \"系统异常, 请查单\"", "\"means\": \"rejected\", \"text\": \"Timed out upstream\"", "submit.answer.code.values[8]", "you may pay twice", "\"means\": \"unknown\"" },
        { "\"means\": \"unknown\", \"text\": \"系统异常, 请查单\"", "\"means\": \"unknown\", \"affectsAll\": true", "submit.answer.code.values[8].affectsAll", "Only \"rejected\" and \"notNow\" can affect all orders.", "Take it out" },
        { ", \"text\": \"请求过于频繁, 未下单\"", "", "submit.answer.code.values[7]", "nothing says why that is certain", "请求过于频繁, 未下单" },
        { "请求过于频繁, 未下单", "系统繁忙, 请稍后", "submit.answer.code.values[7]", "1007 means notNow: the order is sent again, and you may pay twice", "\"means\": \"unknown\"" },
        { "\"is\": 0, \"means\": \"processing\", \"text\": \"待充值\"", "\"is\": 0, \"means\": \"notNow\", \"text\": \"限流\"", "submit.answer.status.values[0].means", "This is the text \"notNow\".", "\"issued\"" },
        { "\"is\": \"2001\", \"means\": \"notFound\"", "\"is\": \"2001\", \"means\": \"notNow\"", "query.answer.code.values[1].means", "This is the text \"notNow\".", "\"notFound\"" },
        { "\"is\": \"2\", \"means\": \"issued\"", "\"is\": \"2\", \"means\": \"notNow\"", "callback.status.values[0].means", "This is the text \"notNow\".", "\"issued\"" },
        { "\"path\": \"state\"", "\"path\": \"data..state\"", "submit.answer.status.path", "is no place in an answer", "\"data.cards[0].no\"" },
        { "\"unit\": \"yuan\"", "\"unit\": \"rmb\"", "submit.answer.cost.unit", "This is the text \"rmb\".", "\"fen\"" },
        { "\"answer\": {\n      \"code\"", "\"answer\": {\n      \"httpStatuses\": [200, 500],\n      \"code\"", "submit.answer.httpStatuses[1]", "cannot be listed", "from 400 to 499" },
        { "\"method\": \"POST\",\n    \"format\": \"form\"", "\"method\": \"GET\",\n    \"format\": \"form\"", "callback.format", "A GET has no body.", "\"format\": \"query\"" },
        { "\"is\": \"2\"", "\"is\": 2", "callback.status.values[0].is", "but a form has texts only", "Write \"is\": \"2\", with quotation marks." },
        { "\"sign\": \"{{field.sign}}\",\n    \"accepted\"", "\"accepted\"", "callback", "The field \"sign\" is missing.", "anybody can call an address" },
        { "\"sign\": \"{{field.sign}}\",\n    \"accepted\"", "\"sign\": \"sign\",\n    \"accepted\"", "callback.sign", "does not say where the signature stands", "\"{{field.sign}}\"" },
        { "\"sign\": \"{{field.sign}}\",\n    \"accepted\"", "\"sign\": \"{{field.sign}}\", \"signature\": { \"algorithm\": \"md5\", \"text\": \"{{field.outTradeNo}}{{secret.apiKey}}\" },\n    \"accepted\"", "callback.signature", "The signature does not cover \"state\"", "{{pairs}} or {{body}}" },
        { "\"sign\": \"{{field.sign}}\",\n    \"accepted\"", "\"sign\": \"{{field.sign}}\", \"signature\": { \"algorithm\": \"md5\", \"text\": \"{{field.outTradeNo}}{{field.state}}{{secret.apiKey}}\" },\n    \"accepted\"", "callback.signature", "The signature does not cover \"price\"", "{{pairs}} or {{body}}" },
        { "\"sign\": \"{{field.sign}}\",\n    \"accepted\"", "\"sign\": \"{{field.sign}}\", \"signature\": { \"algorithm\": \"md5\", \"text\": \"{{field.outTradeNo}}{{field.state}}{{secret.apiKey}}\" },\n    \"accepted\"", "callback.signature", "The signature does not cover \"orderNo\"", "{{pairs}} or {{body}}" },
        { "\"accepted\": { \"body\": \"success\" },", "", "callback", "The field \"accepted\" is missing.", "again and again" },
        { "\"timeoutSeconds\": 30", "\"timeoutSeconds\": \"30\"", "timing.timeoutSeconds", "This is the text \"30\".", "without quotation marks" },
        { "\"timeoutSeconds\": 30", "\"timeoutSeconds\": 3000", "timing.timeoutSeconds", "This is the number 3000.", "from 0.1 to 300" },
        { "\"timeoutSeconds\": 30", "\"timeoutSecond\": 30", "timing.timeoutSecond", "Did you mean \"timeoutSeconds\"?", "Correct the name" },
        { "\"outcome\": \"rejected\"", "\"outcome\": \"refused\"", "tests.cases[2].outcome", "This is the text \"refused\".", "\"rejected\"" },
        { "\"note\": \"Account", "\"currency\": \"CNY\", \"note\": \"Account", "currency", "\"currency\" is there twice; it was first in line 4.", "Keep one" },
        { "\"notFoundGraceMinutes\": 10", "\"notFoundGraceMinutes\": 1", "timing.notFoundGraceMinutes", "after less than 10 minutes", "Write 10 or more" },
        { ",\n    \"notFoundGraceMinutes\": 10", "", "", "has no \"notFoundGraceMinutes\"", "Ask the supplier" },
        { "https://api.yunqi.example", "http://api.yunqi.example", "baseUrl", "begins with http://", "https://" },
        { "      \"maxPrice\": \"{{maxCost:yuan}}\",\n", "", "submit", "There is no price guard", "{{maxCost:yuan}}" },
        { "      \"timestamp\": \"{{timestamp:yyyyMMddHHmmss}}\",\n      \"sign\": \"{{sign}}\"\n    },\n    \"answer\": {\n      \"code\": {\n        \"path\": \"code\",\n        \"values\": [\n          { \"is\": \"0000\", \"means\": \"seeStatus\", \"text\": \"受理成功\" }", "      \"sign\": \"{{sign}}\"\n    },\n    \"answer\": {\n      \"code\": {\n        \"path\": \"code\",\n        \"values\": [\n          { \"is\": \"0000\", \"means\": \"seeStatus\", \"text\": \"受理成功\" }", "submit", "neither {{timestamp}} nor {{nonce}}", "Add one of them" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void AMistake_IsExplained_WhereItIs(string part, string by, string path, string wrong, string instead)
    {
        var example = Examples.Text(Examples.Yunqi);
        var at = example.IndexOf(part, StringComparison.Ordinal);
        Assert.True(at >= 0, "The example has no such text any more.");

        var read = Read(example[..at] + by + example[(at + part.Length)..]);

        var found = read.Mistakes.Where(mistake => mistake.Path == path && mistake.Wrong.Contains(wrong, StringComparison.Ordinal)).ToList();
        Assert.True(found.Count == 1, string.Join('\n', read.Mistakes));
        Assert.Contains(instead, found[0].Instead, StringComparison.Ordinal);
        Assert.Equal(found[0].IsWarning && read.Mistakes.All(mistake => mistake.IsWarning), read.Definition is not null);
    }

    [Theory]
    [InlineData(".*", "out of stock")]
    [InlineData("[a-z ]+", "out of stock")]
    [InlineData("[^ ]{4,}", "库存不足")]
    [InlineData("[A-Z_]+", "OUT_OF_STOCK")]
    [InlineData("[a-z]+( [a-z]+){3}", null)]
    public void APatternThatAMessageFits_IsWarnedOf(string pattern, string? message)
    {
        var definition = JsonNode.Parse(Examples.Text(Examples.Xinghe))!;
        definition["submit"]!["answer"]!["cards"]!["pattern"] = pattern;

        var found = Read(definition.ToJsonString()).Mistakes.Where(mistake => mistake.Path == "submit.answer.cards.pattern").ToList();

        Assert.Equal(message is null ? [] : [$"\"{message}\" fits this pattern, so it could be sold as a code."], found.Select(mistake => mistake.Wrong));
        Assert.All(found, mistake => Assert.True(mistake.IsWarning));
    }

    [Fact]
    public void ToComeBackLater_IsWhatNotNowMeans_AndIsNotWarnedOf()
    {
        var text = Examples.Text(Examples.Yunqi).Replace("请求过于频繁, 未下单", "请求繁忙, 请稍后再试, 未下单", StringComparison.Ordinal);

        Assert.Empty(Read(text).Mistakes);
        Assert.Single(Read(text.Replace("\"means\": \"notNow\"", "\"means\": \"rejected\"", StringComparison.Ordinal)).Mistakes);
    }

    [Fact]
    public void ALine_IsThatOfTheMistake()
    {
        var lines = Examples.Text(Examples.Yunqi).Split('\n');
        var line = Array.FindIndex(lines, text => text.Contains("{{supplierSku}}", StringComparison.Ordinal)) + 1;
        lines[line - 1] = lines[line - 1].Replace("supplierSku", "sku", StringComparison.Ordinal);

        Assert.Contains(Read(string.Join('\n', lines)).Mistakes, mistake => mistake.Line == line && mistake.Path == "submit.form.productId");
        Assert.Contains(Read(string.Join("\r\n", lines)).Mistakes, mistake => mistake.Line == line && mistake.Path == "submit.form.productId");
    }

    [Theory]
    [InlineData("", 1, "The file ends too early.")]
    [InlineData("{", 1, "The file ends too early.")]
    [InlineData("[]", 1, "The file holds a list")]
    [InlineData("{\n\"format\"：1 }", 2, "\"：\" is a Chinese or typographic mark.")]
    [InlineData("{\n\"format\": 1，\n\"name\": \"x\" }", 2, "\"，\" is a Chinese or typographic mark.")]
    [InlineData("{\n“format”: 1 }", 2, "\"“\" is a Chinese or typographic mark.")]
    [InlineData("{\n\"format\": 1\n\"name\": \"x\" }", 3, "A text comes where something else is expected.")]
    [InlineData("{\n\"format\": 1,\n}", 3, "\"}\" comes where something else is expected.")]
    [InlineData("{\n// hello\n\"format\": 1 }", 2, "There is a comment.")]
    [InlineData("{\n'format': 1 }", 2, "A text begins with '.")]
    [InlineData("{\nformat: 1 }", 2, "This is not JSON.")]
    public void WhatIsNoJson_IsExplained(string file, int line, string wrong)
    {
        var mistake = Assert.Single(Read(file).Mistakes);

        Assert.StartsWith(wrong, mistake.Wrong, StringComparison.Ordinal);
        Assert.Equal(line, mistake.Line);
    }

    [Fact]
    public void AFileInGb18030_IsToldToBeSavedInUtf8()
    {
        var mistake = Assert.Single(DefinitionReader.Read([(byte)'{', (byte)'"', 0xD4, 0xC6, 0xC6, 0xDC, (byte)'"']).Mistakes);

        Assert.Equal("Save it again and choose the encoding UTF-8.", mistake.Instead);
    }

    [Fact]
    public void ManyMistakes_AreToldAtOnce_InTheirOrder()
    {
        var read = Read(Examples.Text(Examples.Yunqi)
            .Replace("\"algorithm\": \"md5\"", "\"algorithm\": \"md4\"", StringComparison.Ordinal)
            .Replace("{{recipient}}", "{{recipent}}", StringComparison.Ordinal)
            .Replace("\"queryWindowHours\": 72", "\"queryWindowHours\": -1", StringComparison.Ordinal));

        Assert.True(read.Mistakes.Count >= 3);
        Assert.Equal(read.Mistakes.OrderBy(mistake => mistake.Line), read.Mistakes);
        Assert.Null(read.Definition);
    }

    [Fact]
    public void ASupplierThatCanNeitherBeAskedNorTells_IsWarnedOf()
    {
        var definition = JsonNode.Parse(Examples.Text(Examples.Fengling))!.AsObject();
        definition.Remove("query");

        Assert.Contains(Read(definition.ToJsonString()).Mistakes, mistake => mistake.IsWarning && mistake.Wrong.StartsWith("The supplier can neither be asked nor tells", StringComparison.Ordinal));
    }

    // Whatever a file holds, its writer gets sentences and no stack trace.
    [Fact]
    public void AnyValueAnywhere_IsReadOrExplained()
    {
        string[] others = ["null", "true", "0", "-1", "1e400", "\"\"", "\"x\"", "\"{{sign}}\"", "[]", "[0]", "{}", "{\"a\":{}}"];
        foreach (var name in Examples.All)
        {
            var example = JsonNode.Parse(Examples.Text(name))!;
            foreach (var path in Paths(example).Where((_, index) => index % 7 == 0))
            {
                foreach (var other in others)
                {
                    var changed = example.DeepClone();
                    Put(changed, path, JsonNode.Parse(other));
                    var read = Read(changed.ToJsonString());
                    Assert.True(read.Definition is not null || read.Mistakes.Any(mistake => !mistake.IsWarning));
                }
            }
        }
    }

    private static ReadDefinition Read(string file) => DefinitionReader.Read(Encoding.UTF8.GetBytes(file));

    private static IEnumerable<object[]> Paths(JsonNode? node, params object[] to) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Paths(field.Value, [.. to, field.Key]).Prepend([.. to, field.Key])),
        JsonArray items => items.Index().SelectMany(item => Paths(item.Item, [.. to, item.Index]).Prepend([.. to, item.Index])),
        _ => [],
    };

    private static void Put(JsonNode root, object[] path, JsonNode? value)
    {
        var parent = path[..^1].Aggregate(root, (node, step) => step is string name ? node[name]! : node[(int)step]!);
        if (path[^1] is string last)
        {
            parent[last] = value;
        }
        else
        {
            parent[(int)path[^1]] = value;
        }
    }
}
