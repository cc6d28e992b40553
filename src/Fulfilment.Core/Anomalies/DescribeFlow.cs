using System.Globalization;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Anomalies;

/// <summary>Puts an anomaly into words, with the numbers it was judged by.</summary>
public sealed class DescribeFlow(ICatalogue catalogue, BusinessCalendar calendar)
{
    private const string Prefix = "flow", ChineseDays = "日一二三四五六";

    /// <summary>The alert's key: one a scope and a way to be unusual.</summary>
    public static string KeyOf(FlowAnomalyKind kind, FlowScope scope) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}:{kind}:{scope.StorefrontId}:{scope.SkuId}");

    /// <summary>What a key stands for; null: for nothing that is known.</summary>
    public static (FlowAnomalyKind Kind, FlowScope Scope)? ParseKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Split(':') is [Prefix, var name, var storefront, var sku]
            && Enum.TryParse<FlowAnomalyKind>(name, out var kind)
            && long.TryParse(storefront, NumberStyles.None, CultureInfo.InvariantCulture, out var storefrontId)
            && long.TryParse(sku, NumberStyles.None, CultureInfo.InvariantCulture, out var skuId)
                ? (kind, new FlowScope(storefrontId, skuId))
                : null;
    }

    /// <summary>The alert.</summary>
    /// <param name="minute">The last minute that was looked at.</param>
    /// <param name="anomaly">What was found.</param>
    public NewAlert Run(long minute, FlowAnomaly anomaly)
    {
        ArgumentNullException.ThrowIfNull(anomaly);
        var now = catalogue.Current;
        var sku = now.FindSku(anomaly.Scope.SkuId);
        var storefront = now.Storefronts.FirstOrDefault(storefront => storefront.Id == anomaly.Scope.StorefrontId)?.Code;
        var subject = sku is not null ? $"sku:{sku.Code}" : storefront is not null ? $"storefront:{storefront}" : "orders";
        return new NewAlert(
            AlertKind.OrderFlow, IsCritical(anomaly) ? AlertSeverity.Critical : AlertSeverity.Warning, subject, KeyOf(anomaly.Kind, anomaly.Scope),
            Seen(minute, anomaly, Name(sku?.Code, storefront)) + Pattern(minute, anomaly))
        {
            Group = anomaly.Kind == FlowAnomalyKind.Failures && OnlySupplier(sku) is { } supplier ? $"supplier:{supplier}" : subject,
        };
    }

    private static AlertText Seen(long minute, FlowAnomaly anomaly, AlertText name)
    {
        var (seen, usual, end) = (anomaly.Seen, anomaly.Usual, FlowTime.StartOf(minute + 1));
        return anomaly.Kind == FlowAnomalyKind.Failures
            ? AlertText.Of(
                $"{seen.Failed} of {seen.Orders} orders {name.English} failed in the {anomaly.Minutes} minutes to {end:yyyy-MM-dd HH:mm} UTC; usual are {usual.Share:P1} (median absolute deviation {usual.ShareMad:P1}).",
                $"截至 {end:yyyy-MM-dd HH:mm}(UTC)的 {anomaly.Minutes} 分钟内,{name.Chinese}的 {seen.Orders} 个订单有 {seen.Failed} 个失败;平时为 {usual.Share:P1}(中位绝对偏差 {usual.ShareMad:P1})。")
            : AlertText.Of(
                $"{seen.Orders} orders {name.English} in the {anomaly.Minutes} minutes to {end:yyyy-MM-dd HH:mm} UTC; to be expected were {anomaly.Expected:0.0}: usual are {usual.Orders:0.0} in five minutes (median; median absolute deviation {usual.Mad:0.0}), and the last hours ran at {anomaly.Level:P0} of that.",
                $"截至 {end:yyyy-MM-dd HH:mm}(UTC)的 {anomaly.Minutes} 分钟内,{name.Chinese}有 {seen.Orders} 个订单,预期为 {anomaly.Expected:0.0} 个:平时每五分钟 {usual.Orders:0.0} 个(中位数;中位绝对偏差 {usual.Mad:0.0}),最近几小时为其 {anomaly.Level:P0}。");
    }

    private AlertText Pattern(long minute, FlowAnomaly anomaly)
    {
        var (local, weeks) = (TimeZoneInfo.ConvertTime(FlowTime.StartOf(minute + 1), calendar.Zone), anomaly.Usual.Weeks);
        return AlertText.Of(
            $"Held against {local:dddd HH:mm} and half an hour around it in {weeks} weeks, {local.AddDays(-7 * weeks):yyyy-MM-dd} to {local.AddDays(-7):yyyy-MM-dd}; {anomaly.Score:0.0} standard deviations.",
            $"对照 {local.AddDays(-7 * weeks):yyyy-MM-dd} 至 {local.AddDays(-7):yyyy-MM-dd} 共 {weeks} 周的星期{ChineseDays[(int)local.DayOfWeek]} {local:HH:mm} 前后半小时;偏离 {anomaly.Score:0.0} 个标准差。");
    }

    private static AlertText Name(string? sku, string? storefront) => (sku, storefront) switch
    {
        ({ } code, { } at) => new($"of {code} from {at}", $"{at} 的 {code} "),
        ({ } code, null) => new($"of {code} from all storefronts", $"所有渠道商的 {code} "),
        (null, { } at) => new($"from {at}", $"{at} "),
        _ => new("from all storefronts", "所有渠道商"),
    };

    private static bool IsCritical(FlowAnomaly anomaly) => anomaly.Kind switch
    {
        FlowAnomalyKind.Drop => anomaly.Seen.Orders < anomaly.Expected / 5,
        FlowAnomalyKind.Surge => anomaly.Seen.Orders > anomaly.Expected * 5,
        _ => anomaly.Seen.Failed * 2 > anomaly.Seen.Orders,
    };

    // What a supplier's outage does to its SKUs is told together with what else it does.
    private static string? OnlySupplier(Sku? sku) =>
        sku?.Routes.Where(route => route.Source == RouteSource.Supplier).Select(route => route.Supplier).Distinct().ToList() is [var supplier] ? supplier : null;
}
