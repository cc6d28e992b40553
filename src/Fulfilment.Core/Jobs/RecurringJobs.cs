namespace Fulfilment.Core.Jobs;

/// <summary>
/// The table of all recurring jobs: the same names and schedules whatever engine keeps the time. A new one is a line here and an <c>AddJob</c> where its
/// feature is set up.
/// </summary>
public static class RecurringJobs
{
    /// <summary>It is short, and its delay keeps money and codes back: it also tells whether jobs run at all.</summary>
    public static readonly RecurringJob HeldOrders = new("held-orders", Every(seconds: 5), "Calls off held orders whose time is over.")
    {
        PausedMeans = new("Held orders that nobody decides keep their codes and the money held for them.", "无人处理的待定订单会一直占用卡密和冻结的款项。"),
    };

    /// <summary>Promise 6: every order in a non-terminal state, all pages.</summary>
    public static readonly RecurringJob OpenOrders = new("open-orders", Every(minutes: 1), "Looks again at every open order, closes those that have no open unit left, and tells of units that nothing has looked at.")
    {
        PausedMeans = new("An order that a fault has left open stays so, with the money held for it, and nobody is told.", "因故障未完结的订单会一直如此,款项继续冻结,且无人收到通知。"),
    };

    /// <summary>Recalled and rejected batches.</summary>
    public static readonly RecurringJob WithdrawnBatches = new("withdrawn-batches", Every(seconds: 1), "Voids what recalled and rejected batches have left unsold.");

    /// <summary>A day's turn is found within a minute, and so is a key that a held order gives back after its last day.</summary>
    public static readonly RecurringJob Expiry = new("expiry", Every(minutes: 1), "Expires card keys whose last day is over.");

    /// <summary>Where it stands is in the database.</summary>
    public static readonly RecurringJob Retention = new("retention", Every(minutes: 10), "Erases personal data whose term has ended.");

    /// <summary>The setting <c>Suppliers:ProductsMinutes</c> may say another interval.</summary>
    public static readonly RecurringJob Products = new("products", Every(minutes: 60), "Lets costs, shelf and automatic prices follow what suppliers sell.");

    /// <summary>Alert <c>revealSpike</c>.</summary>
    public static readonly RecurringJob Reveals = new("reveals", Every(seconds: 20), "Looks for an unusual number of codes shown.");

    /// <summary>Alert <c>orderFlow</c>. There is something to look at once a minute is over.</summary>
    public static readonly RecurringJob OrderFlow = new("order-flow", Every(seconds: 20), "Holds the orders of the last minutes against the same hour of earlier weeks.");

    /// <summary>In small pieces that give way to orders.</summary>
    public static readonly RecurringJob Sandbox = new("sandbox", Every(minutes: 60), "Deletes sandbox orders that are a month old.");

    /// <summary>Alert <c>lowStock</c>.</summary>
    public static readonly RecurringJob Stock = new("stock", Every(minutes: 1), "Looks for SKUs with few codes left.");

    /// <summary>Alert <c>expiringBatch</c>. It counts what ends soon, and days are long.</summary>
    public static readonly RecurringJob ExpiringStock = new("expiring-stock", Every(minutes: 60), "Looks for codes that end before they are sold.");

    /// <summary>Alert <c>duplicateImportSpike</c>.</summary>
    public static readonly RecurringJob Duplicates = new("duplicates", Every(minutes: 5), "Looks for imports with many codes that were known already.");

    /// <summary>Alerts <c>supplierFailures</c> and <c>unknownOverdue</c>.</summary>
    public static readonly RecurringJob SupplierResults = new("supplier-results", Every(seconds: 30), "Looks for suppliers that fail, and for unknowns that grow old.")
    {
        PausedMeans = new("Nobody is told of suppliers that fail, nor of money in unknowns that grow old.", "供货商失败、存疑款项积压时,无人收到通知。"),
    };

    /// <summary>Alerts <c>diskNearlyFull</c>, <c>clockSkew</c>, <c>breakerOpen</c> and <c>poolDegraded</c>.</summary>
    public static readonly RecurringJob GoneHosts = new("gone-hosts", Every(minutes: 1), "Resolves what hosts that are gone have said of themselves.");

    /// <summary>Alert <c>backupTooOld</c>.</summary>
    public static readonly RecurringJob Backups = new("backups", Every(minutes: 10), "Looks how old the last backup is.");

    /// <summary>Windows in Redis, or of the host that runs it.</summary>
    public static readonly RecurringJob AuditPool = new("pool-audit", Every(minutes: 5), "Holds ids in the pool's windows against the table, and reads windows anew that have drifted.");

    /// <summary>Alert <c>balanceLow</c>.</summary>
    public static readonly RecurringJob Balances = new("supplier-balances", Every(minutes: 10), "Asks suppliers for our money there, where a low balance is to be told.");

    /// <summary>Alert <c>ledgerBroken</c>.</summary>
    public static readonly RecurringJob CheckLedger = new("ledger-check", JobSchedule.At(3, 30), "Checks transfers, wallets, holds, inventories and orders against each other.")
    {
        TimeLimit = TimeSpan.FromHours(12),
        PausedMeans = new("Money that does not add up is found by nobody.", "账目不平无人发现。"),
    };

    /// <summary>Alert <c>custodyBroken</c>.</summary>
    public static readonly RecurringJob VerifyCustody = new("custody-check", JobSchedule.At(4, 30), "Verifies the custody of all card keys.")
    {
        TimeLimit = TimeSpan.FromHours(20),
        PausedMeans = new("Card keys that were tampered with are found by nobody.", "卡密被篡改无人发现。"),
    };

    /// <summary>Alert <c>jobFailing</c>.</summary>
    public static readonly RecurringJob WatchJobs = new("job-watch", Every(minutes: 1), "Looks for recurring jobs that fail, have not run for long, or are paused though money depends on them.")
    {
        PausedMeans = new("Nobody is told of jobs that fail, hang or are paused, this one among them.", "任务失败、挂起或被暂停时无人收到通知,包括本任务。"),
    };

    /// <summary>Of recurring jobs.</summary>
    public static readonly RecurringJob ForgetRuns = new("job-runs", Every(minutes: 60), "Deletes the records of old runs of recurring jobs.");

    /// <summary>The setting <c>Webhooks:KeepDays</c> says after how long.</summary>
    public static readonly RecurringJob WebhookEvents = new("webhook-events", Every(minutes: 10), "Deletes events for storefronts, and what became of them, when their term is over.");

    /// <summary>Event <c>account.low</c>.</summary>
    public static readonly RecurringJob LowAccounts = new("low-accounts", Every(seconds: 10), "Tells storefronts whose available money has fallen below their threshold.");

    /// <summary>Alert <c>priceInversion</c>.</summary>
    public static readonly RecurringJob Prices = new("prices", Every(minutes: 1), "Tells of suppliers that cost more than a SKU is sold for, and of the end of that.");

    /// <summary>Once an alert.</summary>
    public static readonly RecurringJob Escalations = new("escalations", Every(seconds: 10), "Escalates alerts that nobody has acknowledged in time.")
    {
        PausedMeans = new("Alerts that nobody acknowledges are told to nobody else.", "无人确认的告警不会再通知其他人。"),
    };

    /// <summary>What was told a month ago, and what no host has a channel for.</summary>
    public static readonly RecurringJob Notifications = new("notifications", Every(minutes: 60), "Clears away what was told of alerts long ago, and gives up what no host has a channel for.");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RecurringJob> All =>
        [.. typeof(RecurringJobs).GetFields().Where(row => row.FieldType == typeof(RecurringJob)).Select(row => (RecurringJob)row.GetValue(null)!)];

    private static JobSchedule Every(int minutes = 0, int seconds = 0) => JobSchedule.Each(new TimeSpan(0, minutes, seconds));
}
