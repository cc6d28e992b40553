using System.Text;
using System.Text.Json.Nodes;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Tests;
using Fulfilment.Suppliers.Declarative;
using Fulfilment.Suppliers.Http;
using Fulfilment.Suppliers.Tests.Servers;

namespace Fulfilment.Suppliers.Tests.Declarative;

/// <summary>A supplier of an example at a server that answers what a test says.</summary>
internal sealed class Bench : IAsyncDisposable
{
    public const string ApiKey = "k3y-SECRET", CardKey = "0123456789abcdef", OpenSecret = "0123456789abcdef0123456789ABCDEF";

    private readonly SupplierHttp _http;

    /// <param name="example">Its name.</param>
    /// <param name="body">What every answer is.</param>
    /// <param name="status">Of every answer.</param>
    /// <param name="change">Of the definition.</param>
    public Bench(string example, string body = "{}", int status = 200, Action<JsonNode>? change = null)
        : this(example, _ => body, status, change)
    {
    }

    public Bench(string example, Func<string, string> body, int status = 200, Action<JsonNode>? change = null)
    {
        Server = new RawServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                await connection.SendAsync(RawServer.Answer(status, "application/json", body(request)));
            }
        });
        var settings = AdapterSettings(Server.Address, example, change);
        Assert.Empty(Adapter.Check(settings));
        _http = new SupplierHttp(Time, TimeSpan.FromSeconds(5));
        Supplier = Adapter.Create(settings, _http, Time);
    }

    public static DeclarativeAdapter Adapter { get; } = new(new CountingBytes());

    public ManualTimeProvider Time { get; } = new();

    public RawServer Server { get; }

    public ISupplier Supplier { get; }

    public static string Settings(Uri address, string example, Action<JsonNode>? change = null)
    {
        var definition = JsonNode.Parse(Examples.Text(example))!;
        change?.Invoke(definition);
        return new JsonObject
        {
            ["definition"] = definition,
            ["baseUrl"] = address.AbsoluteUri,
            ["callbackUrl"] = "https://shop.example/callbacks",
            ["secrets"] = Secrets(example),
        }.ToJsonString();
    }

    public static System.Text.Json.JsonElement AdapterSettings(Uri address, string example, Action<JsonNode>? change = null) =>
        System.Text.Json.JsonElement.Parse(Settings(address, example, change));

    public static JsonObject Secrets(string example) => example switch
    {
        Examples.Yunqi => new JsonObject { ["merchantNo"] = "M1001", ["apiKey"] = ApiKey },
        Examples.Xinghe => new JsonObject { ["appId"] = "app-1", ["appSecret"] = ApiKey, ["cardKey"] = CardKey },
        _ => new JsonObject { ["appKey"] = "app-1", ["appSecret"] = OpenSecret },
    };

    public static SupplierRequest Request(bool expectsCode = false, string? receipt = null, string recipient = "13800000000") => new()
    {
        AttemptId = 42,
        SupplierSku = "P-1",
        Recipient = recipient,
        ExpectsCode = expectsCode,
        MaxCost = new Money(125_000),
        Currency = "CNY",
        CreatedAt = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero),
        Receipt = receipt,
    };

    public Task<SupplierAnswer> IssueAsync(SupplierRequest request) =>
        Supplier.IssueAsync(request, new SendPermit(Time, TimeSpan.FromSeconds(10)), TestContext.Current.CancellationToken);

    public Task<SupplierAnswer> QueryAsync(SupplierRequest request) => Supplier.QueryAsync(request, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>0, 1, 2, … so that a nonce is known.</summary>
    private sealed class CountingBytes : IRandomBytes
    {
        public void Fill(Span<byte> destination)
        {
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = (byte)i;
            }
        }
    }
}

/// <summary>The examples' answers as their suppliers would sign and encrypt them; computed here on their own, not by what is tested.</summary>
internal static class Says
{
    /// <summary>An answer of Yunqi, whose fields are given in the order of their names.</summary>
    public static string Yunqi(params (string Name, string Json)[] fields)
    {
        var pairs = string.Join('&', fields.Where(field => field.Json is not ("\"\"" or "null")).OrderBy(field => field.Name, StringComparer.Ordinal).Select(field => $"{field.Name}={field.Json.Trim('"')}"));
        return "{" + string.Join(',', fields.Select(field => $"\"{field.Name}\":{field.Json}").Append($"\"sign\":\"{Md5(pairs + "&key=" + Bench.ApiKey).ToUpperInvariant()}\"")) + "}";
    }

    public static string YunqiState(int state) => Yunqi(("code", "\"0000\""), ("outTradeNo", "\"42\""), ("orderNo", "\"Y-7\""), ("price", "11.5"), ("state", $"{state}"));

    public static string Xinghe(string status, string? cards = null, string requestId = "42") =>
        $$$"""{"code":200,"message":"ok","data":{"requestId":"{{{requestId}}}","orderNo":"X-9","status":"{{{status}}}","amount":1150{{{(cards is null ? "" : ",\"cards\":" + cards)}}}}}""";

    public static string Fengling(string state, string? cards = null)
    {
        var inner = $$"""{"customer_order_no":"42","order_id":"F-3","order_state":"{{state}}","order_price":"11.5000"{{(cards is null ? "" : ",\"cards\":\"" + cards + "\"")}}}""";
        return $$"""{"code":0,"message":"","result":{{System.Text.Json.JsonSerializer.Serialize(inner)}}}""";
    }

#pragma warning disable CA5351
    public static string Md5(string text) => Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
}
