using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.OwnContract;
using Fulfilment.Suppliers.Tests.Compliance;
using Fulfilment.Suppliers.Tests.Servers;

namespace Fulfilment.Suppliers.Tests.OwnContract;

public sealed class ContractComplianceTests : SupplierCompliance
{
    protected override ISupplierAdapter Adapter { get; } = new ContractAdapter();

    protected override TimeSpan TotalTimeout => TimeSpan.FromSeconds(8);

    protected override string Settings(Uri address) => $$"""
        { "baseUrl": "{{address}}", "timing": { "timeoutSeconds": 8 }, "limits": { "breakerAfter": 10000 },
          "secrets": { "apiKey": "fk_live_test", "webhookSecret": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=" } }
        """;

    protected override string IssuedAnswer(SupplierRequest request) => RawServer.Answer(201, "application/json", ContractOrders.Delivered(request.Reference));
}
