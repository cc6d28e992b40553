using System.Text.Json.Nodes;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Tests.Compliance;
using Fulfilment.Suppliers.Tests.Servers;

namespace Fulfilment.Suppliers.Tests.Declarative;

public sealed class YunqiComplianceTests : ExampleCompliance
{
    protected override string Example => Examples.Yunqi;

    protected override SupplierRequest NewRequest() => With(base.NewRequest(), expectsCode: false);

    protected override string Issued(string reference) =>
        Says.Yunqi(("code", "\"0000\""), ("outTradeNo", $"\"{reference}\""), ("orderNo", "\"Y-7\""), ("price", "11.5"), ("state", "2"));
}

public sealed class XingheComplianceTests : ExampleCompliance
{
    protected override string Example => Examples.Xinghe;

    // It is asked by its own number.
    protected override SupplierRequest NewRequest() => With(base.NewRequest(), expectsCode: true, "X-9");

    // Encrypted by openssl: ABCD-1234-EFGH.
    protected override string Issued(string reference) => Says.Xinghe("DONE", """[{"no":"N-1","pwd":"te4m09XCPKiIcSo3B9nLgg=="}]""", reference);
}

public sealed class FenglingComplianceTests : ExampleCompliance
{
    protected override string Example => Examples.Fengling;

    protected override SupplierRequest NewRequest() => With(base.NewRequest(), expectsCode: false);

    protected override string Issued(string reference) => Says.Fengling("成功").Replace("\\u002242\\u0022", $"\\u0022{reference}\\u0022", StringComparison.Ordinal);
}

public abstract class ExampleCompliance : SupplierCompliance
{
    protected abstract string Example { get; }

    protected override ISupplierAdapter Adapter => Bench.Adapter;

    protected override TimeSpan TotalTimeout => TimeSpan.FromSeconds(8);

    protected abstract string Issued(string reference);

    protected override string Settings(Uri address)
    {
        var settings = JsonNode.Parse(Bench.Settings(address, Example, definition => definition["timing"]!["timeoutSeconds"] = 8))!;
        settings["limits"] = new JsonObject { ["breakerAfter"] = 10_000 };
        return settings.ToJsonString();
    }

    protected override string IssuedAnswer(SupplierRequest request) => RawServer.Answer(200, "application/json", Issued(request.Reference));

    protected static SupplierRequest With(SupplierRequest request, bool expectsCode, string? receipt = null) => new()
    {
        AttemptId = request.AttemptId,
        SupplierSku = request.SupplierSku,
        Recipient = request.Recipient,
        ExpectsCode = expectsCode,
        Receipt = receipt,
        MaxCost = request.MaxCost,
        Currency = request.Currency,
        CreatedAt = request.CreatedAt,
    };
}
