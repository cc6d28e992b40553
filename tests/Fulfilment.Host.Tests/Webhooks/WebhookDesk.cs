using Dapper;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Webhooks;
using Fulfilment.Host.Jobs;
using Fulfilment.Infrastructure.Http;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Host.Tests.Webhooks;

/// <summary>The worker of webhooks and what it stands on, on a real database and at a time of the test's, without the rest of a host.</summary>
internal sealed class WebhookDesk : IAsyncDisposable
{
    public const long Storefront = 5;

    private static readonly Actor Shop = new("storefront:shop-1", null);

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-hooks-").FullName;
    private readonly KeyRing _keys = KeyRing.Create();
    private readonly List<IDisposable> _disposables = [];
    private readonly List<(Task Running, CancellationTokenSource Stop)> _workers = [];
    private readonly WebhookVault _vault;
    private readonly CatalogueCache _catalogue;

    private WebhookDesk(PublicAddressGuard guard)
    {
        Database = Keep(new SqliteDatabase(_folder));
        Ids = new IdGenerator(Time);
        Ids.Use(new NodeLease(7, 0, Time.GetUtcNow().AddYears(1).ToUnixTimeMilliseconds(), long.MaxValue));
        _vault = Keep(new WebhookVault(new CurrentKeys(_keys)));
        _catalogue = Keep(new CatalogueCache(Database));
        Sender = Keep(new WebhookSender(guard, Time));
        Endpoints = new WebhookEndpointStore(Database, Ids, Time);
        Store = new WebhookDeliveryStore(Database, Ids);
        Deliver = new DeliverWebhook(Sender, _vault, new RetrySchedule(new Random(1)), Time, NullLogger<DeliverWebhook>.Instance);
    }

    public ManualTimeProvider Time { get; } = new();

    public IdGenerator Ids { get; }

    public SqliteDatabase Database { get; }

    public WebhookSender Sender { get; }

    public WebhookEndpointStore Endpoints { get; }

    public WebhookDeliveryStore Store { get; }

    public DeliverWebhook Deliver { get; }

    public JobSignals Signals { get; } = new();

    public static async Task<WebhookDesk> OpenAsync(PublicAddressGuard? guard = null)
    {
        var desk = new WebhookDesk(guard ?? new PublicAddressGuard(allowPrivate: true));
        await new Migrator(desk.Database, TimeProvider.System).MigrateAsync();
        return desk;
    }

    public async Task<WebhookEndpoint> EndpointAsync(string url, long storefront = Storefront)
    {
        var registered = await new RegisterEndpoint(Endpoints, Sender, _vault, _catalogue, Ids, new SystemRandomBytes(), WebhookOptions.Default with { MostEndpoints = 1000 }).RunAsync(storefront, url, null, Shop);
        Assert.Null(registered.Refusal);
        return registered.Value.Endpoint;
    }

    /// <summary>Events as a transaction leaves them.</summary>
    public Task<List<long>> EventsAsync(int count, long storefront = Storefront) => StoreAsync([.. Enumerable.Range(0, count).Select(_ => Ids.Next())], storefront);

    /// <summary>Events with these ids.</summary>
    /// <param name="ids">In any order.</param>
    /// <param name="storefront">Whose.</param>
    /// <param name="waiting">Null: of a node that knows of no endpoint.</param>
    public Task<List<long>> StoreAsync(List<long> ids, long storefront = Storefront, long? waiting = 1) => Database.WriteAsync(async connection =>
    {
        await connection.ExecuteAsync(
            "INSERT INTO outbox (id, storefront_id, type, order_id, status, version, data, waiting) VALUES (@id, @storefront, 16, 0, 0, 0, '{\"currency\":\"CNY\"}', @waiting)",
            ids.Select(id => new { id, storefront, waiting }));
        return ids;
    });

    /// <summary>Starts a worker, as a node does; it ends with the desk, or when the test stops it.</summary>
    public CancellationTokenSource Work(WebhookOptions? options = null, IWebhookDeliveryStore? store = null)
    {
        var worker = new WebhookWorker(store ?? Store, Deliver, Signals, new NoQueue(), options ?? WebhookOptions.Default, Time, NullLogger<WebhookWorker>.Instance);
        var stop = new CancellationTokenSource();
        _workers.Add((Task.Run(() => worker.RunAsync(stop.Token)), stop));
        return stop;
    }

    /// <summary>The same store as another process has it.</summary>
    public WebhookDeliveryStore OpenAnotherStore() => new(Keep(new SqliteDatabase(_folder)), Ids);

    /// <summary>Another node's ids, whose clock is so far from ours.</summary>
    public IdGenerator IdsOf(int node, TimeSpan off = default)
    {
        var clock = new ManualTimeProvider();
        clock.Stall(Time.GetUtcNow() + off - clock.GetUtcNow());
        var ids = new IdGenerator(clock);
        ids.Use(new NodeLease(node, 0, Time.GetUtcNow().AddYears(1).ToUnixTimeMilliseconds(), long.MaxValue));
        return ids;
    }

    /// <summary>One look by hand: queues what waits, sends what is due at the endpoint, and stores what came of it.</summary>
    public async Task<IReadOnlyList<DeliveryResult>> SendDueAsync(long endpointId)
    {
        if (await Store.FindWaitingAsync(500, CancellationToken.None) is { Count: > 0 } waiting)
        {
            await Store.QueueAsync(waiting, _ => false, Time.GetUtcNow());
        }

        var taken = await Store.TakeAsync(endpointId, 100, Time.GetUtcNow(), CancellationToken.None);
        var results = new List<DeliveryResult>();
        foreach (var delivery in taken)
        {
            results.Add(await Deliver.RunAsync(delivery, CancellationToken.None));
        }

        if (results.Count > 0)
        {
            await Store.RecordAsync(results, Time.GetUtcNow());
        }

        return results;
    }

    public async Task<WebhookEndpoint> FindAsync(long endpointId) => (await Endpoints.FindAsync(endpointId, null, CancellationToken.None))!.Endpoint;

    public Task<IReadOnlyList<WebhookDelivery>> DeliveriesAsync(long endpointId) => Endpoints.ListDeliveriesAsync(endpointId, null, long.MaxValue, 10_000, CancellationToken.None);

    /// <summary>Lets time pass in steps that a worker's timers see, until it is so.</summary>
    public Task UntilAsync(Func<Task<bool>> isSo, TimeSpan step) => Patience.UntilAsync(async () =>
    {
        var so = await isSo();
        if (!so && step > TimeSpan.Zero)
        {
            Time.Advance(step);
        }

        return so;
    });

    public Task<long> CountAsync(string sql) => Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(sql));

    public async ValueTask DisposeAsync()
    {
        foreach (var (running, stop) in _workers)
        {
            await stop.CancelAsync();
            for (var i = 0; !running.IsCompleted; i++)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                await Task.WhenAny(running, Task.Delay(10, CancellationToken.None));
            }

            stop.Dispose();
        }

        _disposables.Reverse();
        _disposables.ForEach(disposable => disposable.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    private T Keep<T>(T disposable)
        where T : IDisposable
    {
        _disposables.Add(disposable);
        return disposable;
    }

    private sealed class NoQueue : IJobQueue
    {
        public void UnitDue(long orderId, long unitId, DateTimeOffset at)
        {
        }

        public void WebhookDue(long? orderId, long deliveryId, DateTimeOffset at)
        {
        }

        public void RunNow(string job)
        {
        }
    }
}
