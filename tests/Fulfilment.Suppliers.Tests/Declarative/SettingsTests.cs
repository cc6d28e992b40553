using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fulfilment.Suppliers.Tests.Declarative;

/// <summary>What is said about settings; and that nothing secret is in it.</summary>
public sealed class SettingsTests
{
    private const string Secret = "S3CRET-VALUE-0001";

    [Theory]
    [InlineData("""{"definition":null}""", "\"definition\" is missing")]
    [InlineData("""{"baseUrl":"ftp://x"}""", "\"baseUrl\" has to be an address")]
    [InlineData("""{"callbackUrl":null}""", "\"callbackUrl\" is missing")]
    [InlineData("""{"baseURL":"https://x.example"}""", "There is no setting \"baseURL\". Did you mean \"baseUrl\"?")]
    [InlineData("""{"secrets":{"appId":null}}""", "The secret \"appId\" has to be a text")]
    [InlineData("""{"secrets":{"appID":"S3CRET-VALUE-0001"}}""", "The definition names no secret \"appID\". Did you mean \"appId\"?")]
    [InlineData("""{"secrets":{"appSecret":"S3CRET-VALUE-0001\n"}}""", "The secret \"appSecret\" begins or ends with a space, or has a line break in it")]
    [InlineData("""{"secrets":{"cardKey":"S3CRET-VALUE-0001"}}""", "The key for codes ({{secret.cardKey}}) has to be 16, 24 or 32 bytes.")]
    public void AMistake_IsExplained_WithoutTheSecret(string change, string expected)
    {
        var settings = JsonNode.Parse(Bench.Settings(new Uri("http://127.0.0.1:1/"), Examples.Xinghe, definition => definition["submit"]!["json"]!["notifyUrl"] = "{{callbackUrl}}"))!;
        Merge(settings, JsonNode.Parse(change)!);

        var mistakes = Bench.Adapter.Check(JsonElement.Parse(settings.ToJsonString()));

        Assert.Contains(mistakes, mistake => mistake.Contains(expected, StringComparison.Ordinal));
        Assert.DoesNotContain(mistakes, mistake => mistake.Contains(Secret, StringComparison.Ordinal) || mistake.Contains(Bench.ApiKey, StringComparison.Ordinal) || mistake.Contains(Bench.CardKey, StringComparison.Ordinal));
    }

    [Fact]
    public void AMissingSecret_IsNamedAsTheFileExplainsIt()
    {
        var settings = JsonNode.Parse(Bench.Settings(new Uri("http://127.0.0.1:1/"), Examples.Yunqi))!;
        settings["secrets"]!.AsObject().Remove("apiKey");

        Assert.Equal(["The secret \"apiKey\" is missing (签名密钥, from the supplier's console under 安全设置)."], Bench.Adapter.Check(JsonElement.Parse(settings.ToJsonString())));
    }

    [Fact]
    public void Limits_AreTheDefinitions()
    {
        var limits = Bench.Adapter.LimitsOf(Bench.AdapterSettings(new Uri("http://127.0.0.1:1/"), Examples.Yunqi));

        Assert.Equal((20, 50), (limits.Concurrency, limits.PerSecond));
    }

    [Fact]
    public async Task BalanceAndProducts_AreRead_WholeOrNotAtAll()
    {
        var pages = 0;
        await using var bench = new Bench(Examples.Yunqi, request => request.Contains("/balance", StringComparison.Ordinal)
            ? """{"code":"0000","balance":"1234.5"}"""
            : ++pages switch
            {
                1 => """{"code":"0000","products":[{"productId":"P-1","productName":"会员","price":"11.50","faceValue":"15","onSale":1},{"productId":7,"productName":"x","price":null,"onSale":0}]}""",
                _ => """{"code":"0000","products":[]}""",
            });

        var balance = await bench.Supplier.BalanceAsync(TestContext.Current.CancellationToken);
        var products = await bench.Supplier.ProductsAsync(TestContext.Current.CancellationToken);

        Assert.Equal("1234.50 CNY", $"{balance!.Amount} {balance.Currency}");
        Assert.Equal(["P-1 会员 11.50 15.00 True", "7 x   False"], products!.Select(product => $"{product.SupplierSku} {product.Name} {product.UnitCost} {product.FaceValue} {product.OnShelf}"));
        Assert.Equal(2, pages);
    }

    [Theory]
    [InlineData("""{"code":"0000","products":[{"productName":"no sku"}]}""")]
    [InlineData("""{"code":"0001","products":[]}""")]
    [InlineData("""{"code":"0000"}""")]
    [InlineData("<html></html>")]
    public async Task HalfAListOfProducts_IsNone(string body)
    {
        await using var bench = new Bench(Examples.Yunqi, body);

        Assert.Null(await bench.Supplier.ProductsAsync(TestContext.Current.CancellationToken));
        Assert.Null(await bench.Supplier.BalanceAsync(TestContext.Current.CancellationToken));
    }

    private static void Merge(JsonNode settings, JsonNode change)
    {
        foreach (var field in change.AsObject())
        {
            if (field.Value is JsonObject inner)
            {
                Merge(settings[field.Key]!, inner);
            }
            else
            {
                settings[field.Key] = field.Value?.DeepClone();
            }
        }
    }
}
