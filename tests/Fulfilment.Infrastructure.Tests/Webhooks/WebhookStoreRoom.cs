using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Webhooks;

/// <summary>The stores of webhooks on whichever engine, at a time that a test moves; nothing is sent.</summary>
internal sealed class WebhookStoreRoom : IDisposable
{
    public const long Storefront = 5, OtherStorefront = 6, Everyone = 0;

    public static readonly Actor Shop = new("storefront:shop-1", null);

    private WebhookStoreRoom(TestDatabase database)
    {
        Database = database;
        Ids = new IdGenerator(Time);
        Ids.Use(new NodeLease(7, 0, Time.GetUtcNow().AddYears(1).ToUnixTimeMilliseconds(), long.MaxValue));
        Endpoints = new WebhookEndpointStore(database.Database, Ids, Time);
        Alerts = new AlertStore(database.Database, Ids, Time);
        (Store, Another) = (new WebhookDeliveryStore(database.Database, Ids), new WebhookDeliveryStore(database.OpenAnother(), Ids));
    }

    public TestDatabase Database { get; }

    public ManualTimeProvider Time { get; } = new();

    public IdGenerator Ids { get; }

    public WebhookEndpointStore Endpoints { get; }

    public AlertStore Alerts { get; }

    public WebhookDeliveryStore Store { get; }

    /// <summary>The same store as another node has it.</summary>
    public WebhookDeliveryStore Another { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<WebhookStoreRoom> OpenAsync() => new(await TestDatabase.CreateAsync());

    /// <summary>One that is old enough for nothing to be queued for it but what comes from now on.</summary>
    public async Task<WebhookEndpoint> EndpointAsync(long storefront = Storefront, params WebhookEvent[] types)
    {
        var endpoint = new WebhookEndpoint(Ids.Next(), storefront, "https://shop.example/hooks", types is [] ? null : types, EndpointState.Active);
        Assert.Null((await Endpoints.CreateAsync(endpoint, new ProtectedSecret(Ids.Next(), [1, 2, 3]), 16, Shop)).Refusal);
        Time.Stall(TimeSpan.FromMinutes(1));
        while (await Store.ReplayAsync(Now, Cancellation))
        {
        }

        return (await FindAsync(endpoint.Id))!.Endpoint;
    }

    /// <summary>Events as a transaction leaves them.</summary>
    public async Task<List<long>> EventsAsync(int count, long storefront = Storefront, bool waiting = true)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Ids.Next()).ToList();
        foreach (var id in ids)
        {
            await Database.ExecuteAsync(
                "INSERT INTO outbox (id, storefront_id, type, order_id, status, version, data, waiting) VALUES (@id, @storefront, 16, 0, 0, 0, '{\"currency\":\"CNY\"}', @waits)",
                new { id, storefront, waits = waiting ? 1 : (int?)null });
        }

        return ids;
    }

    public async Task<IReadOnlyList<LeasedDelivery>?> QueueAsync(bool lease = false, WebhookDeliveryStore? store = null)
    {
        var messages = await Store.FindWaitingAsync(500, Cancellation);
        return await (store ?? Store).QueueAsync(messages, _ => lease, Now);
    }

    /// <summary>Queues so many events for an endpoint and takes them.</summary>
    public async Task<IReadOnlyList<LeasedDelivery>> TakeNewAsync(WebhookEndpoint endpoint, int count)
    {
        await EventsAsync(count, endpoint.StorefrontId);
        await QueueAsync();
        return await TakeAsync(endpoint);
    }

    public Task<IReadOnlyList<LeasedDelivery>> TakeAsync(WebhookEndpoint endpoint, WebhookDeliveryStore? store = null) => (store ?? Store).TakeAsync(endpoint.Id, 100, Now, Cancellation);

    public Task RecordAsync(IEnumerable<LeasedDelivery> deliveries, DeliveryEnd end, WebhookAnswer? answer = null, TimeSpan? dueAfter = null, WebhookDeliveryStore? store = null) =>
        (store ?? Store).RecordAsync([.. deliveries.Select(delivery => new DeliveryResult(delivery, end, dueAfter is { } after ? (Now + after).ToUnixTimeMilliseconds() : null, answer))], Now);

    public Task<DeliveryTarget?> FindAsync(long endpointId) => Endpoints.FindAsync(endpointId, null, Cancellation);

    public async Task<List<WebhookDelivery>> DeliveriesAsync(WebhookEndpoint endpoint, DeliveryState? state = null) =>
        [.. (await Endpoints.ListDeliveriesAsync(endpoint.Id, state, long.MaxValue, 10_000, Cancellation)).OrderBy(delivery => delivery.EventId)];

    public Task<long> CountAsync(string sql, object? parameters = null) => Database.ScalarAsync<long>(sql, parameters);

    public void Dispose() => Database.Dispose();
}
