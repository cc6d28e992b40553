// .NET 10, without packages.
//
//   FULFILMENT_URL=http://127.0.0.1:8080 FULFILMENT_KEY=fk_test_… dotnet run order A-10001
//   FULFILMENT_SECRET=whsec_… dotnet run verify ID TIMESTAMP SIGNATURES < body.json
using System.Text.Json;
using FulfilmentSample;

switch (args)
{
    case ["order", var reference]:
        using (var shop = new FulfilmentClient(Environment.GetEnvironmentVariable("FULFILMENT_URL")!, Environment.GetEnvironmentVariable("FULFILMENT_KEY")!))
        {
            var body = JsonSerializer.Serialize(new
            {
                clientReference = reference,
                currency = "CNY",
                lines = new[] { new { sku = "TEST-CARD", quantity = 2, recipient = "13900000000" } },
            });
            var order = await shop.PlaceOrderAsync(body);
            Console.WriteLine($"{order.GetProperty("id")} {order.GetProperty("status")}");
            foreach (var code in (await shop.ReadCodesAsync(order.GetProperty("id").GetString()!)).EnumerateArray())
            {
                Console.WriteLine($"{code.GetProperty("sku")} {code.GetProperty("secret")}");
            }
        }

        return 0;

    case ["verify", var id, var timestamp, var signatures]:
        using (var input = new MemoryStream())
        {
            await Console.OpenStandardInput().CopyToAsync(input);
            var genuine = WebhookVerifier.IsGenuine(
                Environment.GetEnvironmentVariable("FULFILMENT_SECRET")!, id, timestamp, signatures, input.ToArray(), DateTimeOffset.UtcNow);
            Console.WriteLine(genuine ? "genuine" : "refused");
            return genuine ? 0 : 1;
        }

    default:
        Console.Error.WriteLine("usage: order REFERENCE | verify ID TIMESTAMP SIGNATURES < body");
        return 2;
}
