using Dapper;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;
using Fulfilment.Infrastructure.Alerting;
using Fulfilment.Infrastructure.Http;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Orders;
using Fulfilment.Infrastructure.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Infrastructure.Tests.Alerting;

/// <summary>Alerts and their channels over a real database and real HTTP, on time that a test moves. One desk is one node.</summary>
internal sealed class AlertDesk : IDisposable
{
    public static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    private readonly bool _ownsDatabase;

    private AlertDesk(TestDatabase database, IDatabase through, ManualTimeProvider time, int node, bool ownsDatabase)
    {
        (Database, Time, _ownsDatabase) = (database, time, ownsDatabase);
        var ids = new IdGenerator(time);
        var now = time.GetUtcNow();
        ids.Use(new NodeLease(node, now.ToUnixTimeMilliseconds(), now.AddYears(1).ToUnixTimeMilliseconds(), long.MaxValue));
        Alerts = new AlertStore(through, ids, time);
        Store = new NotificationStore(new ClockedDatabase(through, nowMs: null), ids, time);
    }

    public TestDatabase Database { get; }

    public ManualTimeProvider Time { get; }

    public AlertStore Alerts { get; }

    public NotificationStore Store { get; }

    public List<AlertChannel> Channels { get; } = [];

    public AlertLanguage Language { get; set; }

    private AlertPolicy Policy => new(Channels, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15), null);

    /// <param name="start">In Shanghai it is eight hours later; null: 16:00 there.</param>
    public static async Task<AlertDesk> OpenAsync(DateTimeOffset? start = null)
    {
        var database = await TestDatabase.CreateAsync();
        return new AlertDesk(database, database.Database, start is { } at ? new ManualTimeProvider(at) : new ManualTimeProvider(), 1, ownsDatabase: true);
    }

    /// <summary>A node beside an engine, over its database and on its time.</summary>
    public static AlertDesk Over(OrderEngine engine) => new(engine.Storage, engine.Storage.Database, engine.Time, 2, ownsDatabase: false);

    /// <summary>Another node over the same database, with the same channels.</summary>
    public AlertDesk Another()
    {
        var other = new AlertDesk(Database, Database.OpenAnother(besideHost: true), Time, 2, ownsDatabase: false);
        other.Channels.AddRange(Channels);
        return other;
    }

    public AlertChannel AddWebhook(
        HttpReceiver to, string name = "hook", string? quiet = null, EscalationUse escalations = EscalationUse.None, AlertSeverity min = AlertSeverity.Warning, WebhookSecret? secret = null)
    {
        var transport = new HttpTransport(new WebhookFormat(to.Url, secret), Client(), Time, ["tok0123456789abcdef"]);
        return Add(transport, name, quiet, escalations, min);
    }

    public AlertChannel Add(
        IAlertTransport transport, string name, string? quiet = null, EscalationUse escalations = EscalationUse.None, AlertSeverity min = AlertSeverity.Warning,
        IReadOnlySet<AlertKind>? kinds = null)
    {
        Assert.True(QuietHours.TryParse(quiet, out var hours) == quiet is not null);
        var channel = new AlertChannel(name, AlertChannelType.Webhook, min, kinds, escalations, hours, TimeSpan.Zero, transport);
        Channels.Add(channel);
        return channel;
    }

    public static HttpClient Client(bool allowPrivate = true) => new(new PublicAddressGuard(allowPrivate).CreateHandler(TimeSpan.FromSeconds(5)));

    public static NewAlert Critical(string key = "unknown:1") =>
        new(AlertKind.UnknownStuck, AlertSeverity.Critical, "unit:unt_0akwf7a0c0000", key, new("Whether acme issued it cannot be asked any more.", "acme 是否已出货,已无法查单。"));

    public static NewAlert Warning(string key = "pool:1") => new(AlertKind.PoolDegraded, AlertSeverity.Warning, "node:1", key, new("Redis is away.", "Redis 无法连接。"));

    /// <summary>As the worker does at each look.</summary>
    public async Task LookAsync()
    {
        await new AddressAlerts(Store, Policy, Time).RunAsync(CancellationToken.None);
        var due = await Store.FindDueAsync(CancellationToken.None);
        var send = Send();
        await Task.WhenAll(Channels.Where(channel => due.Contains(channel.Name)).Select(async channel =>
        {
            while (await send.RunAsync(channel, CancellationToken.None))
            {
            }
        }));
    }

    /// <summary>Lets time pass and looks.</summary>
    public Task LookAfterAsync(TimeSpan pause)
    {
        Time.Stall(pause);
        return LookAsync();
    }

    public SendAlerts Send() => new(
        Store, new AlertTexts(Language, new AlertLinks(new Uri("https://fulfilment.example.com/")), Shanghai), new BusinessCalendar(Time, Shanghai), Time, NullLogger<SendAlerts>.Instance);

    public Task<long> EscalateAsync() => new EscalateAlerts(Store, Policy, Time).RunAsync();

    public Task<long> CountAsync(string where) => Database.Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM alert_notifications WHERE {where}"));

    public async Task<ChannelState> StateAsync(string channel = "hook") => (await Store.FindStatesAsync(CancellationToken.None)).Single(state => state.Name == channel);

    public void Dispose()
    {
        if (_ownsDatabase)
        {
            Database.Dispose();
        }
    }
}
