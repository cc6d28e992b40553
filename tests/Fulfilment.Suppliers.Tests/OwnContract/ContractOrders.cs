namespace Fulfilment.Suppliers.Tests.OwnContract;

/// <summary>Orders as the other installation shows them.</summary>
internal static class ContractOrders
{
    public static string Delivered(string reference) => Order(reference, "fulfilled", """
        { "id": "unt_1", "status": "delivered", "deliveredAt": "2026-03-01T08:00:00Z", "expiresOn": "2027-01-31", "nextCheckAt": null, "failure": null,
          "replacesUnitId": null, "code": { "number": "N-1", "secret": "s-e-c-r-e-t" } }
        """);

    public static string Unit(string reference, string status, string unitStatus, string failure = "null") => Order(
        reference, status, $$"""{ "id": "unt_1", "status": "{{unitStatus}}", "deliveredAt": null, "expiresOn": null, "nextCheckAt": null, "failure": {{failure}}, "replacesUnitId": null }""");

    public static string Order(string reference, string status, params string[] units) => $$"""
        { "id": "ord_1", "clientReference": "{{reference}}", "status": "{{status}}", "version": 1, "currency": "CNY", "amount": "12.00", "source": "sale",
          "createdAt": "2026-03-01T08:00:00Z", "completedAt": null, "metadata": null,
          "lines": [ { "id": "lin_1", "sku": "V1", "quantity": 1, "unitPrice": "12.00", "amount": "12.00", "status": "{{status}}", "recipient": "138****0000",
                       "metadata": null, "units": [ {{string.Join(", ", units)}} ] } ] }
        """;
}
