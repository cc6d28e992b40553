using System.Net.Http.Headers;
using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Http;

namespace Fulfilment.Suppliers.OwnContract;

/// <summary>
/// Sells us units by <c>POST /v1/orders</c>, one order with one line of one for each attempt; our reference is its client reference. It is asked by reading only:
/// posting the same again would be its own way to ask, but would place an order that never arrived.
/// </summary>
internal sealed class ContractSupplier(ContractSettings settings, SupplierHttp http, TimeProvider time) : ISupplier, IFaultReasons
{
    private const int LongestPage = 4 * 1024 * 1024, MostPages = 500;

    private readonly ContractCallback _callback = new(settings.WebhookSecrets, time);

    public SupplierTiming Timing => settings.Timing;

    public bool CanQuery => true;

    public IReadOnlySet<string> FaultReasons => ContractOrder.FaultReasons;

    public IReadOnlySet<string> HarmlessFields { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "id", "clientReference", "status", "version", "currency", "amount", "createdAt", "completedAt", "code", "title", "retryable", "traceId", "param",
        "lines.id", "lines.sku", "lines.quantity", "lines.unitPrice", "lines.amount", "lines.status", "lines.units.id", "lines.units.status",
        "lines.units.deliveredAt", "lines.units.expiresOn", "lines.units.nextCheckAt", "lines.units.failure.code",
        "data.id", "data.clientReference", "data.orderId", "data.status", "data.version", "type", "timestamp",
    };

    public async Task<SupplierAnswer> IssueAsync(SupplierRequest request, SendPermit permit, CancellationToken cancellation)
    {
        using var message = Message(HttpMethod.Post, "v1/orders" + Include(request));
        message.Content = new ByteArrayContent(Body(request)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return await http.SubmitAsync(message, permit, Timing.TotalTimeout, answer => ContractOrder.ReadSubmission(answer, request), cancellation).ConfigureAwait(false);
    }

    public async Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation)
    {
        using var list = Message(HttpMethod.Get, "v1/orders?clientReference=" + request.Reference);
        var found = await http.QueryAsync(list, answer => ContractOrder.ReadList(answer, request), cancellation).ConfigureAwait(false);
        if (found is not SupplierAnswer.Answered { Outcome: SupplierOutcome.Issued { Receipt: { } id } } || !request.ExpectsCode)
        {
            return found;
        }

        // The list shows no codes.
        using var order = Message(HttpMethod.Get, $"v1/orders/{Uri.EscapeDataString(id)}{Include(request)}");
        return await http.QueryAsync(
            order,
            answer => answer.Status == 200 ? ContractOrder.ReadOrder(answer, request) : ContractOrder.Unknown(ContractOrder.Http(answer), answer),
            cancellation).ConfigureAwait(false);
    }

    public async Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation)
    {
        using var account = await AskAsync("v1/account", cancellation).ConfigureAwait(false);
        if (account is null)
        {
            return null;
        }

        foreach (var wallet in account.RootElement.GetProperty("wallets").EnumerateArray().Where(wallet => wallet.GetProperty("currency").GetString() == settings.Currency))
        {
            // Without a limit to its credit there is no "available": what is left is what we have there.
            var amount = Amount(wallet, "available") ?? Amount(wallet, "balance");
            return amount is { } left ? new SupplierBalance(left, settings.Currency) : null;
        }

        return new SupplierBalance(Money.Zero, settings.Currency);
    }

    public async Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation)
    {
        var products = new List<SupplierProduct>();
        var cursor = "";
        for (var page = 0; page < MostPages; page++)
        {
            using var list = await AskAsync("v1/skus?limit=200" + cursor, cancellation).ConfigureAwait(false);
            if (list is null)
            {
                // A part of the list must not look like the whole of it: what is missing would leave the shelf.
                return null;
            }

            products.AddRange(list.RootElement.GetProperty("data").EnumerateArray().Select(Product));
            if (list.RootElement.GetProperty("nextCursor").GetString() is not { } next)
            {
                return products;
            }

            cursor = "&cursor=" + Uri.EscapeDataString(next);
        }

        return null;
    }

    public ParsedCallback ParseCallback(CallbackRequest request) => _callback.Parse(request);

    private static string Include(SupplierRequest request) => request.ExpectsCode ? "?include=codes" : "";

    private static SupplierProduct Product(JsonElement sku) => new(
        sku.GetProperty("code").GetString()!,
        sku.GetProperty("name").GetString()!,
        Amount(sku, "price"),
        sku.GetProperty("currency").GetString()!,
        sku.GetProperty("onShelf").GetBoolean(),
        Amount(sku, "faceValue"));

    // A debt has a sign, which amounts in requests have not.
    private static Money? Amount(JsonElement of, string name)
    {
        if (!of.TryGetProperty(name, out var value) || value.ValueKind is not JsonValueKind.String)
        {
            return null;
        }

        var text = value.GetString().AsSpan();
        var isNegative = text.StartsWith("-", StringComparison.Ordinal);
        return Money.TryParse(isNegative ? text[1..] : text, out var amount) ? (isNegative ? -amount : amount) : null;
    }

    private static byte[] Body(SupplierRequest request)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("clientReference", request.Reference);
            json.WriteString("currency", request.Currency);
            json.WriteStartArray("lines");
            json.WriteStartObject();
            json.WriteString("sku", request.SupplierSku);
            json.WriteNumber("quantity", 1);
            if (request.Recipient is { } recipient)
            {
                json.WriteString("recipient", recipient);
            }

            if (request.Inputs.Count > 0)
            {
                json.WriteStartObject("inputs");
                foreach (var (name, value) in request.Inputs)
                {
                    json.WriteString(name, value);
                }

                json.WriteEndObject();
            }

            json.WriteString("maxUnitPrice", (request.MaxCost < Money.Largest ? request.MaxCost : Money.Largest).ToString());
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private HttpRequestMessage Message(HttpMethod method, string path)
    {
        var message = new HttpRequestMessage(method, new Uri(settings.BaseUrl!, path));
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.ApiKey);
        message.Headers.Accept.ParseAdd("application/json");
        return message;
    }

    private async Task<JsonDocument?> AskAsync(string path, CancellationToken cancellation)
    {
        using var message = Message(HttpMethod.Get, path);
        return await http.AskAsync(message, LongestPage, cancellation).ConfigureAwait(false) is { Status: 200 } answer ? JsonDocument.Parse(answer.Body) : null;
    }
}
