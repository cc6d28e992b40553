using System.Globalization;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Anomalies;

/// <summary>Puts an anomaly into words, with the numbers it was judged by.</summary>
public sealed class DescribeFlow(ICatalogue catalogue, BusinessCalendar calendar)
{
    private const string Prefix = "flow";

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
            Cause(minute, anomaly, Name(sku?.Code, storefront)))
        {
            Group = anomaly.Kind == FlowAnomalyKind.Failures && OnlySupplier(sku) is { } supplier ? $"supplier:{supplier}" : subject,
        };
    }

    private string Cause(long minute, FlowAnomaly anomaly, string name)
    {
        var (usual, end) = (anomaly.Usual, FlowTime.StartOf(minute + 1));
        var seen = anomaly.Kind == FlowAnomalyKind.Failures
            ? FormattableString.Invariant($"{anomaly.Seen.Failed} of {anomaly.Seen.Orders} orders {name} failed in the {anomaly.Minutes} minutes to {end:yyyy-MM-dd HH:mm} UTC; usual are {usual.Share:P1} (median absolute deviation {usual.ShareMad:P1})")
            : FormattableString.Invariant($"{anomaly.Seen.Orders} orders {name} in the {anomaly.Minutes} minutes to {end:yyyy-MM-dd HH:mm} UTC; to be expected were {anomaly.Expected:0.0}: usual are {usual.Orders:0.0} in five minutes (median; median absolute deviation {usual.Mad:0.0}), and the last hours ran at {anomaly.Level:P0} of that");
        var local = TimeZoneInfo.ConvertTime(end, calendar.Zone);
        return FormattableString.Invariant(
            $"{seen}. Held against {local:dddd HH:mm} and half an hour around it in {usual.Weeks} weeks, {local.AddDays(-7 * usual.Weeks):yyyy-MM-dd} to {local.AddDays(-7):yyyy-MM-dd}; {anomaly.Score:0.0} standard deviations.");
    }

    private static string Name(string? sku, string? storefront) => (sku, storefront) switch
    {
        ({ } code, { } at) => $"of {code} from {at}",
        ({ } code, null) => $"of {code} from all storefronts",
        (null, { } at) => $"from {at}",
        _ => "from all storefronts",
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
