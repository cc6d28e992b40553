using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Ids;
using SupplierSimulator;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>A host that sells what suppliers issue, and the suppliers; whatever it answered is kept for comparison.</summary>
internal sealed class SuppliedShop(IReadOnlyList<ExampleSupplier> suppliers, string folder, string seed)
{
    /// <summary>Short waits, and no breaker: a test of one fault would open it at once.</summary>
    public static readonly Dictionary<string, string?> Settings = new()
    {
        ["Fulfilment:SendWithinSeconds"] = "3",
        ["Fulfilment:PollMilliseconds"] = "50",
    };

    public const string Limits = """{"concurrency":400,"breakerAfter":10000}""";

    // What never arrived is submitted three times, with rests between.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly ConcurrentDictionary<string, byte> _skus = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _orders = new(StringComparer.Ordinal);

    public string Key { get; private set; } = "";

    /// <summary>Ids of accepted orders by reference.</summary>
    public IReadOnlyDictionary<string, string> Orders => _orders;

    public async Task SetUpAsync(IRunningHost host)
    {
        foreach (var supplier in suppliers)
        {
            await host.CreateAsync("/v1/admin/suppliers", supplier.Body(host.Client.BaseAddress!, Limits));
        }

        await OpenAsync(host);
    }

    /// <summary>Makes the storefront alone, for a test that sets up its suppliers itself.</summary>
    public async Task OpenAsync(IRunningHost host) => Key = await host.ShopAsync();

    /// <summary>A SKU whose routes are these suppliers in this order, under that code of theirs.</summary>
    public async Task<string> SkuAsync(IRunningHost host, string code, string supplierSku, bool isTopUp, params ExampleSupplier[] routes)
    {
        if (_skus.TryAdd(code, 0))
        {
            var sources = string.Join(',', routes.Select(route => $$"""{"source":"supplier","supplier":"{{route.Code}}","supplierSku":"{{supplierSku}}","unitCost":"10.00"}"""));
            await host.CreateAsync("/v1/admin/skus", $$"""
                {"code":"{{code}}","name":"{{code}}","kind":"{{(isTopUp ? "topUp" : "cardKey")}}","currency":"CNY","price":"12.50","maxPerOrder":5000,
                 "recipientMode":"{{(isTopUp ? "required" : "none")}}","supply":{"waitMinutes":0},"routes":[{{sources}}]}
                """);
        }

        return code;
    }

    /// <summary>Posts an order; false: the connection broke before the whole answer was there.</summary>
    public async Task<bool> PlaceAsync(IRunningHost host, string reference, string sku, int quantity, bool isTopUp)
    {
        var recipient = isTopUp ? ""","recipient":"13800000000" """ : "";
        try
        {
            using var answer = await host.PostAsync("/v1/orders", Key, $$$"""{"clientReference":"{{{reference}}}","currency":"CNY","lines":[{"sku":"{{{sku}}}","quantity":{{{quantity}}}{{{recipient}}}}]}""");
            var order = await answer.JsonAsync();
            Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Accepted or HttpStatusCode.OK, $"{(int)answer.StatusCode}: {order}");
            _orders[reference] = order.GetProperty("id").GetString()!;
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return false;
        }
    }

    /// <summary>Until nothing is open but what must be: unknowns about which nobody can be asked, and whose callbacks are over.</summary>
    public async Task<TimeSpan> AllEndAsync() =>
        await EndAsync() + await Patience.UntilAsync(() => suppliers.All(supplier => supplier.Simulator.CallbacksUnderWay == 0)) + await EndAsync();

    private Task<TimeSpan> EndAsync() => Patience.UntilAsync(
        async () => await SupplyBooks.CountOpenAsync(folder, AskedByReceipt) == 0, () => $"{seed}: orders stay open\n{SupplyBooks.DescribeOpen(folder)}", Limit);

    private string[] AskedByReceipt => [.. suppliers.Where(supplier => supplier.IsAskedByReceipt).Select(supplier => supplier.Code)];

    /// <summary>Our records are what the suppliers say is true.</summary>
    /// <param name="host">Tells the codes that were delivered.</param>
    /// <param name="isMeant">Which of the suppliers' orders are looked at; null: all, and what our ledger owes for them.</param>
    public async Task AssertSameAsync(IRunningHost host, Func<OrderTruth, bool>? isMeant = null)
    {
        var truths = suppliers.ToDictionary(supplier => supplier.Code, supplier => supplier.Simulator.Truth());
        Assert.All(truths, truth => Assert.True(truth.Value is { Forged: 0, Unreadable: 0 }, $"{seed}: {truth.Key} could not read us: {truth.Value.Forged} forged, {truth.Value.Unreadable} unreadable"));
        var books = await SupplyBooks.ReadAsync(folder);
        new SupplyComparison(books, truths, AskedByReceipt, await CodesAsync(host), seed).AssertSame(isMeant ?? (_ => true));
        if (isMeant is null)
        {
            Assert.All(truths, truth => Assert.True(
                books.OwedTo(truth.Key) == truth.Value.Charged.TenThousandths, $"{seed}: {truth.Key} charged {truth.Value.Charged}; our ledger says {new Money(books.OwedTo(truth.Key))}"));
        }
    }

    // What the storefront can read of its orders is what was delivered.
    private async Task<Dictionary<long, string>> CodesAsync(IRunningHost host)
    {
        var codes = new ConcurrentDictionary<long, string>();
        await Parallel.ForEachAsync(_orders.Values, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (id, _) =>
        {
            using var answer = await host.GetAsync($"/v1/orders/{id}?include=codes", Key);
            var order = await answer.JsonAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode}: {order}");
            foreach (var unit in order.GetProperty("lines").EnumerateArray().SelectMany(line => line.GetProperty("units").EnumerateArray()))
            {
                if (unit.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Object)
                {
                    Assert.True(PublicId.TryParse(PublicId.Unit, unit.GetProperty("id").GetString()!, out var unitId));
                    codes[unitId] = code.GetProperty("secret").GetString()!;
                }
            }
        });
        Assert.True(codes.Values.Distinct(StringComparer.Ordinal).Count() == codes.Count, $"{seed}: a code was delivered twice");
        return codes.ToDictionary();
    }
}
