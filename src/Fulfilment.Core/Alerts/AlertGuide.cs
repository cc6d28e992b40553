namespace Fulfilment.Core.Alerts;

/// <summary>What people are told of each kind of alerts, in both languages, and whether it clears itself. docs/operations.md says the same.</summary>
public static class AlertGuide
{
    /// <summary>
    /// Whether alerts of this kind are conditions: they hold, their alert counts 1 however often it is raised, and what raised it resolves it. The others happen:
    /// each time counts, and a person resolves them.
    /// </summary>
    public static bool Lasts(AlertKind kind) => Of(kind).Lasts;

    /// <summary>The words for a kind.</summary>
    public static AlertAdvice Of(AlertKind kind) => kind switch
    {
        AlertKind.RevealSpike => new(
            Lasts: false,
            new("A key shows unusually many codes", "Find out who uses the key; if nobody knows, revoke it."),
            new("密钥查看卡密异常增多", "查明是谁在使用该密钥;无人认领则立即吊销。")),
        AlertKind.PoolDegraded => new(
            Lasts: true,
            new("Redis cannot be used by a host", "Look at Redis: reachability, memory, role. Orders are taken meanwhile, more slowly."),
            new("主机无法使用 Redis", "检查 Redis 的连通性、内存和主从角色;期间照常接单,只是较慢。")),
        AlertKind.LateContradiction => new(
            Lasts: false,
            new("A supplier contradicts itself", "Nothing has changed by itself: claim what stands under discrepancies."),
            new("供货商前后说法矛盾", "系统未自动改动任何数据;请按差异清单向供货商核实、索赔。")),
        AlertKind.UnusableCode => new(
            Lasts: false,
            new("A supplier issued a code that cannot be delivered", "Claim what stands under discrepancies; pause the supplier if there are more."),
            new("供货商发来的卡密无法交付", "按差异清单向供货商索赔;若继续出现,请暂停该供货商。")),
        AlertKind.StrayCallback => new(
            Lasts: false,
            new("A callback for an order that is not ours", "Ask the supplier whether somebody else uses your account, and whether this database was restored."),
            new("收到不属于我们的订单回调", "询问供货商是否有他人使用您的账号,并确认本库是否从备份恢复过。")),
        AlertKind.UnknownStuck => new(
            Lasts: true,
            new("An unknown that no query can settle", "Get it in writing from the supplier whether it was issued, and propose that for a second person to approve."),
            new("存疑明细已无法查单", "请供货商书面确认是否已出货,据此提交处理意见,由第二人复核。")),
        AlertKind.PriceInversion => new(
            Lasts: true,
            new("A supplier costs more than the SKU is sold for, or could", "Change the price or the route, or say what it costs; unless the SKU allows a loss, the route is passed by."),
            new("供货价高于售价,或无法确定", "调整售价或供货顺序,或填写供货价;除非允许亏损,否则该供货商会被跳过。")),
        AlertKind.StuckUnit => new(
            Lasts: true,
            new("Units are late, and nothing has looked at them", "See that a host with the role Worker runs (/health/ready), and read its log."),
            new("明细超时且无人处理", "确认有带 Worker 角色的主机在运行(/health/ready),并查看其日志。")),
        AlertKind.LowStock => new(
            Lasts: true,
            new("Stock is low", "Buy more, or put another route behind the pool."),
            new("库存偏低", "补货,或在卡池之后再加一条供货顺序。")),
        AlertKind.SupplierFailures => new(
            Lasts: true,
            new("A supplier fails", "Ask the supplier; pause it, or put another route before it."),
            new("供货商失败率过高", "联系供货商;暂停它,或把其他供货商排在它前面。")),
        AlertKind.BreakerOpen => new(
            Lasts: true,
            new("A supplier is left alone", "Nothing has to be done at once; if it stays so, ask the supplier and put another route before it."),
            new("供货商已被熔断", "无需立即处理;若持续如此,联系供货商,并把其他供货商排在它前面。")),
        AlertKind.ExpiringBatch => new(
            Lasts: true,
            new("Codes end soon", "Sell them at a lower price, or ask the supplier to take them back."),
            new("卡密即将过期", "降价促销,或与供货商协商退换。")),
        AlertKind.DuplicateImportSpike => new(
            Lasts: true,
            new("Many duplicates in an import", "Ask who supplied the file whether codes were sold to you twice; they are not sold again here."),
            new("导入的重复卡密过多", "向提供方核实是否重复售卖;重复的卡密不会再次出售。")),
        AlertKind.BackupTooOld => new(
            Lasts: true,
            new("No recent backup", "Back the database up now (host backup on SQLite), and see why nothing else did."),
            new("备份过旧", "立即备份数据库(SQLite 用 host backup),并查明例行备份为何未执行。")),
        AlertKind.DiskNearlyFull => new(
            Lasts: true,
            new("A disk is nearly full", "Make room or enlarge the disk: on a full one no order is taken."),
            new("磁盘将满", "清理或扩容磁盘:磁盘写满后无法接单。")),
        AlertKind.ClockSkew => new(
            Lasts: true,
            new("A clock is wrong", "Run NTP on the host and on the database server; set no clock by hand while hosts run."),
            new("时钟不准", "在主机和数据库服务器上启用 NTP;主机运行期间不要手工调时。")),
        AlertKind.UnknownOverdue => new(
            Lasts: true,
            new("Unknowns grow old", "Ask the supplier what became of them; do not buy them elsewhere meanwhile."),
            new("存疑时间过长", "向供货商查询结果;期间切勿从别处重复购买。")),
        AlertKind.BalanceLow => new(
            Lasts: true,
            new("Our money at a supplier runs low", "Pay in at the supplier before its orders are refused."),
            new("供货商账户余额不足", "请在订单被拒之前向该供货商充值。")),
        AlertKind.CustodyBroken => new(
            Lasts: true,
            new("Card keys do not agree with their custody", "Run the command custody verify; keep the database as it is until somebody has understood what it names."),
            new("卡密与保管链不一致", "运行 custody verify 命令;在查明其列出的问题之前,请保留数据库原状。")),
        AlertKind.LedgerBroken => new(
            Lasts: true,
            new("Money and orders do not agree", "Run the command ledger check; correct nothing by hand before somebody has understood what it names."),
            new("资金与订单不一致", "运行 ledger check 命令;在查明其列出的问题之前,请勿手工修改数据。")),
        AlertKind.JobFailing => new(
            Lasts: true,
            new("A recurring job does not do its work", "Look at its runs (GET /v1/admin/jobs) and the host's log; resume it if it was paused and forgotten."),
            new("周期任务未正常工作", "查看其运行记录(GET /v1/admin/jobs)和主机日志;如是暂停后遗忘,请恢复。")),
        AlertKind.EndpointPaused => new(
            Lasts: true,
            new("A webhook endpoint is paused", "Tell its storefront: once the endpoint works, they resume it, or you do; its events wait."),
            new("通知地址已暂停", "请联系该渠道商;地址恢复后由对方或您恢复推送,期间的通知都会保留。")),
        AlertKind.OrderFlow => new(
            Lasts: true,
            new("Orders are far from usual", "Fewer: ask the storefront, and look at stock, price and shelf. More: find out whose key it is, and revoke it if nobody knows. Failing: look at the suppliers and stock of the SKU."),
            new("订单量或失败率明显异常", "骤降:联系渠道商,检查库存、价格和上架状态;激增:核实密钥使用者,无人认领则立即吊销;失败增多:检查该商品的供货商和库存。")),
    };

    /// <summary>The path under which a subject such as <c>unit:unt_…</c> is looked at; null where there is none.</summary>
    public static string? PathOf(string subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var colon = subject.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? "" : Uri.EscapeDataString(subject[(colon + 1)..]);
        return (colon < 0 ? subject : subject[..colon]) switch
        {
            "key" => $"/v1/admin/keys/{name}",
            "order" => $"/v1/admin/orders/{name}",
            "unit" => $"/v1/admin/units/{name}",
            "job" => $"/v1/admin/jobs/{name}",
            "sku" => $"/v1/admin/skus/{name}",
            "webhookEndpoint" => $"/v1/admin/webhook-endpoints/{name}",
            "supplier" => $"/v1/admin/suppliers/{name}",
            "storefront" => $"/v1/admin/storefronts/{name}",
            "batch" => $"/v1/inventory/batches/{name}",
            _ => null,
        };
    }
}

/// <summary>What people are told of a kind of alerts.</summary>
/// <param name="Lasts">Whether it holds until what raised it sees that it is over.</param>
/// <param name="English">In English.</param>
/// <param name="Chinese">In simplified Chinese.</param>
public sealed record AlertAdvice(bool Lasts, AlertWords English, AlertWords Chinese);

/// <summary>A kind of alerts in one language.</summary>
/// <param name="Title">What it is, in a few words.</param>
/// <param name="NextStep">What to do, in a sentence.</param>
public sealed record AlertWords(string Title, string NextStep);
