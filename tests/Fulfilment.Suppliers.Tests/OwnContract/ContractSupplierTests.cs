using System.Text;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Suppliers;
using Fulfilment.Core.Webhooks;
using Fulfilment.Infrastructure.Tests;
using Fulfilment.Suppliers.OwnContract;
using Fulfilment.Suppliers.Tests.Compliance;
using Fulfilment.Suppliers.Tests.Servers;

namespace Fulfilment.Suppliers.Tests.OwnContract;

/// <summary>How the other installation's answers are understood.</summary>
public sealed class ContractSupplierTests
{
    private const string Reference = "7300000000000000001";
    private const string Secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Submission_IsAnOrderOfOne()
    {
        await using var server = Server(_ => RawServer.Answer(201, "application/json", ContractOrders.Delivered(Reference)));
        using var bench = Bench(server.Address);

        var answer = await bench.IssueAsync(Request(expectsCode: true, inputs: new() { ["server"] = "S1" }));

        var sent = server.Requests[0];
        Assert.StartsWith("POST /v1/orders?include=codes HTTP/1.1\r\n", sent, StringComparison.Ordinal);
        Assert.Contains("Authorization: Bearer fk_live_x\r\n", sent, StringComparison.Ordinal);
        Assert.Equal(
            """{"clientReference":"7300000000000000001","currency":"CNY","lines":[{"sku":"V1","quantity":1,"recipient":"13800000000","inputs":{"server":"S1"},"maxUnitPrice":"12.50"}]}""",
            sent[(sent.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        var issued = Assert.IsType<SupplierOutcome.Issued>(Outcome(answer));
        Assert.Equal([new IssuedCode(new CodeText("N-1", "s-e-c-r-e-t"), new DateOnly(2027, 1, 31), HasKnownForm: true)], issued.Codes);
        Assert.Equal(("ord_1", new Money(120_000)), (issued.Receipt, issued.Cost));
    }

    [Theory]
    [InlineData("held", "reserved", "processing")]
    [InlineData("processing", "pending", "processing")]
    [InlineData("processing", "processing", "processing")]
    [InlineData("processing", "manual", "processing")]
    [InlineData("processing", "unknown", "unknown unknown_there")]
    [InlineData("failed", "failed", "rejected out_of_stock_there")]
    [InlineData("cancelled", "cancelled", "rejected cancelled")]
    [InlineData("refunded", "refunded", "unknown partly_there")]
    [InlineData("fulfilled", "delivered", "issued")]
    [InlineData("fulfilled", "a state of tomorrow", "unknown partly_there")]
    public async Task Unit_IsUnderstood(string status, string unitStatus, string expected)
    {
        var failure = unitStatus == "failed" ? """{ "code": "out_of_stock_there", "detail": "…" }""" : "null";
        await using var server = Server(_ => RawServer.Answer(202, "application/json", ContractOrders.Unit(Reference, status, unitStatus, failure)));
        using var bench = Bench(server.Address);

        Assert.Equal(expected, Text(await bench.IssueAsync(Request())));
    }

    [Theory]
    [InlineData(409, "out_of_stock", "rejected out_of_stock")]
    [InlineData(409, "price_changed", "rejected price_changed")]
    [InlineData(422, "unknown_sku", "rejected unknown_sku")]
    [InlineData(402, "insufficient_balance", "rejected insufficient_balance")]
    [InlineData(429, "rate_limited", "not now rate_limited")]
    [InlineData(429, "velocity_limited", "not now velocity_limited")]
    [InlineData(401, "unauthorized", "rejected unauthorized")]
    [InlineData(400, "invalid_request", "rejected invalid_request")]
    [InlineData(409, "reference_conflict", "unknown reference_conflict")]
    [InlineData(503, "overloaded", "unknown http_503")]
    [InlineData(500, "internal", "unknown http_500")]
    [InlineData(409, "13800000000 has no more credit", "unknown unreadable")]
    public async Task Refusal_IsUnderstood(int status, string code, string expected)
    {
        await using var server = Server(_ => RawServer.Answer(status, "application/problem+json", $$"""{"code":"{{code}}","status":{{status}}}"""));
        using var bench = Bench(server.Address);

        Assert.Equal(expected, Text(await bench.IssueAsync(Request())));
    }

    [Fact]
    public async Task TooManyRequests_IsNoAnswer_WhereTheEngineDidNotSayIt()
    {
        await using var server = Server(_ => RawServer.Answer(429, "application/json", """{"code":"rate_limited","status":429}"""));
        using var bench = Bench(server.Address);

        Assert.Equal("unknown unreadable", Text(await bench.IssueAsync(Request())));
    }

    [Fact]
    public async Task SomebodyElsesOrder_IsNeverOurs()
    {
        await using var server = Server(_ => RawServer.Answer(200, "application/json", ContractOrders.Delivered("7300000000000000002")));
        using var bench = Bench(server.Address);

        Assert.Equal("unknown not_our_order", Text(await bench.IssueAsync(Request())));
    }

    [Fact]
    public async Task Query_ReadsTheOrderAndItsCode()
    {
        await using var server = Server(request => RawServer.Answer(200, "application/json", request.StartsWith("GET /v1/orders/ord_1?include=codes ", StringComparison.Ordinal)
            ? ContractOrders.Delivered(Reference)
            : $$"""{"data":[{{ContractOrders.Unit(Reference, "fulfilled", "delivered")}}],"nextCursor":null}"""));
        using var bench = Bench(server.Address);

        var answer = await bench.Supplier.QueryAsync(Request(expectsCode: true), TestContext.Current.CancellationToken);

        Assert.Equal("s-e-c-r-e-t", Assert.Single(Assert.IsType<SupplierOutcome.Issued>(Outcome(answer)).Codes).Code.Secret);
        Assert.StartsWith($"GET /v1/orders?clientReference={Reference} ", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Query_FindsNothing_WhenTheListIsEmpty()
    {
        await using var server = Server(_ => RawServer.Answer(200, "application/json", """{"data":[],"nextCursor":null}"""));
        using var bench = Bench(server.Address);

        Assert.IsType<SupplierAnswer.NotFound>(await bench.Supplier.QueryAsync(Request(), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"settlement":"prepaid","wallets":[{"currency":"USD","available":"1.00"},{"currency":"CNY","balance":"10.00","available":"9.50"}]}""", 95_000L)]
    [InlineData("""{"settlement":"postpaid","wallets":[{"currency":"CNY","balance":"-10.00","available":null}]}""", -100_000L)]
    [InlineData("""{"settlement":"prepaid","wallets":[]}""", 0L)]
    [InlineData("""{"wallets":7}""", null)]
    public async Task Balance_IsWhatMayStillBeSpent(string account, long? expected)
    {
        await using var server = Server(_ => RawServer.Answer(200, "application/json", account));
        using var bench = Bench(server.Address, TimeProvider.System);

        Assert.Equal(expected, (await bench.Supplier.BalanceAsync(TestContext.Current.CancellationToken))?.Amount.TenThousandths);
    }

    [Fact]
    public async Task Products_AreAllPagesOrNone()
    {
        var breaks = false;
        await using var server = Server(request => request.Contains("cursor=", StringComparison.Ordinal) switch
        {
            false => RawServer.Answer(200, "application/json", Page("V1", "\"next\"")),
            true when breaks => RawServer.Answer(502, "text/html", ""),
            true => RawServer.Answer(200, "application/json", Page("V2", "null")),
        });
        using var bench = Bench(server.Address, TimeProvider.System);

        var products = await bench.Supplier.ProductsAsync(TestContext.Current.CancellationToken);
        breaks = true;

        Assert.Equal(["V1", "V2"], products!.Select(product => product.SupplierSku));
        Assert.Equal(new SupplierProduct("V1", "Name", new Money(125_000), "CNY", true, new Money(150_000)), products![0]);
        Assert.Null(await bench.Supplier.ProductsAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("fulfilled", "issued")]
    [InlineData("processing", "processing")]
    [InlineData("partiallyFulfilled", "processing")]
    [InlineData("failed", "rejected order_failed")]
    [InlineData("cancelled", "rejected order_cancelled")]
    public void Webhook_IsVerifiedAndUnderstood(string status, string expected)
    {
        var verified = Assert.IsType<ParsedCallback.Verified>(Callback(Webhook(Reference, status)));

        Assert.Equal((Reference, 200), (verified.Reference, verified.Reply.Status));
        Assert.Equal(expected, Text(new SupplierAnswer.Answered(verified.Outcome, null)));
    }

    [Fact]
    public void Webhook_IsRefused_WhenItIsForgedOrOldOrNotOurs()
    {
        var body = Webhook(Reference, "fulfilled");

        Assert.Equal(("signature", 401), Refused(Callback(body, signedBody: body + " ")));
        Assert.Equal(("signature", 401), Refused(Callback(body, age: TimeSpan.FromMinutes(6))));
        Assert.Equal(("unreadable", 400), Refused(Callback("{")));

        // Others' orders and other events are taken and forgotten: the other installation would go on sending them.
        Assert.Equal(("not_ours", 200), Refused(Callback(Webhook("A-10001", "fulfilled"))));
        Assert.Equal(("not_ours", 200), Refused(Callback("""{"type":"stock.low","data":{"sku":"V1"}}""")));
    }

    [Theory]
    [InlineData("""{ "secrets": { "apiKey": "k" } }""", "baseUrl")]
    [InlineData("""{ "baseUrl": "ftp://x", "secrets": { "apiKey": "k" } }""", "baseUrl")]
    [InlineData("""{ "baseUrl": "https://x" }""", "apiKey")]
    [InlineData("""{ "baseUrl": "https://x", "secrets": { "apiKey": "a b" } }""", "apiKey")]
    [InlineData("""{ "baseUrl": "https://x", "secrets": { "apiKey": "k", "webhookSecret": "secret" } }""", "whsec_")]
    [InlineData("""{ "baseUrl": "https://x", "secrets": { "apiKey": "k", "password": "p" } }""", "password")]
    [InlineData("""{ "baseUrl": "https://x", "secrets": { "apiKey": 7 } }""", "secrets")]
    [InlineData("""{ "baseUrl": "https://x", "secrets": { "apiKey": "k" }, "url": "y" }""", "url")]
    [InlineData("""{ "baseUrl": "https://x", "secrets": { "apiKey": "k" }, "timing": { "timeoutSeconds": 0 } }""", "timeoutSeconds")]
    [InlineData("""{ "baseUrl": "https://x", "secrets": { "apiKey": "k" }, "limits": { "concurrency": 0 } }""", "concurrency")]
    [InlineData("""{ "baseUrl": "https://x", "secrets": { "apiKey": "k" }, "limits": { "parallel": 1 } }""", "parallel")]
    [InlineData("""{ "baseUrl": "https://x", "secrets": { "apiKey": "k" }, "callbackIps": ["somewhere"] }""", "callbackIps")]
    [InlineData("[]", "object")]
    public void Mistake_IsExplained(string settings, string names)
    {
        var mistake = Assert.Single(new SupplierAdapters([new ContractAdapter()]).Check("contract", settings));

        Assert.Contains(names, mistake, StringComparison.Ordinal);
    }

    private static RawServer Server(Func<string, string> answer) => new(async connection =>
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            await connection.SendAsync(answer(request));
        }
    });

    private static string Page(string code, string cursor) =>
        $$"""{"data":[{"code":"{{code}}","name":"Name","price":"12.50","currency":"CNY","onShelf":true,"faceValue":"15.00"}],"nextCursor":{{cursor}}}""";

    private static string Webhook(string reference, string status) =>
        $$$"""{"type":"order.{{{status}}}","timestamp":"2026-03-01T08:00:00Z","data":{"orderId":"ord_1","clientReference":"{{{reference}}}","status":"{{{status}}}","version":3}}""";

    private static SupplierRequest Request(bool expectsCode = false, Dictionary<string, string>? inputs = null) => new()
    {
        AttemptId = long.Parse(Reference, System.Globalization.CultureInfo.InvariantCulture),
        SupplierSku = "V1",
        Recipient = "13800000000",
        Inputs = inputs ?? [],
        ExpectsCode = expectsCode,
        MaxCost = new Money(125_000),
        Currency = "CNY",
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private static SupplierOutcome Outcome(SupplierAnswer answer) => Assert.IsType<SupplierAnswer.Answered>(answer).Outcome;

    private static string Text(SupplierAnswer answer) => Outcome(answer) switch
    {
        SupplierOutcome.Issued => "issued",
        SupplierOutcome.Processing => "processing",
        SupplierOutcome.Rejected rejected => (rejected.NotNow ? "not now " : "rejected ") + rejected.Reason,
        SupplierOutcome.Unknown(var reason) => "unknown " + reason,
        _ => "",
    };

    private static (string Reason, int Status) Refused(ParsedCallback callback)
    {
        var refused = Assert.IsType<ParsedCallback.Refused>(callback);
        return (refused.Reason, refused.Reply.Status);
    }

    private ParsedCallback Callback(string body, string? signedBody = null, TimeSpan age = default)
    {
        Assert.True(WebhookSecret.TryParse(Secret, out var secret));
        var at = _time.GetUtcNow() - age;
        using var bench = Bench(new Uri("http://127.0.0.1:1/"));
        return bench.Supplier.ParseCallback(new CallbackRequest
        {
            Method = "POST",
            QueryString = "",
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                ["Webhook-Id"] = "msg_1",
                ["Webhook-Timestamp"] = at.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["Webhook-Signature"] = WebhookSignature.Sign(secret, "msg_1", at, Encoding.UTF8.GetBytes(signedBody ?? body)),
            },
            Body = Encoding.UTF8.GetBytes(body),
        });
    }

    private SupplierBench Bench(Uri address, TimeProvider? time = null) => new(
        new ContractAdapter(), $$"""{ "baseUrl": "{{address}}", "secrets": { "apiKey": "fk_live_x", "webhookSecret": "{{Secret}}" } }""", time ?? _time, TimeSpan.FromSeconds(20), null);
}
