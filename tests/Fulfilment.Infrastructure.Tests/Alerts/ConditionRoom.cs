using System.Text.RegularExpressions;
using Fulfilment.Core.Alerts;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Orders;

namespace Fulfilment.Infrastructure.Tests.Alerts;

/// <summary>Looks at conditions as the jobs do, and tells what stands then.</summary>
internal sealed partial class ConditionRoom(OrderEngine engine, IDatabase? through = null)
{
    public AlertStore Alerts { get; } = new(through ?? engine.Storage.Database, engine.Ids, engine.Time);

    public MatchAlerts Match => new(Alerts);

    /// <summary>Two looks, because a condition that holds is raised once; gives the one alert of the kind that is not resolved, or null.</summary>
    public async Task<Alert?> LookAsync(IConditionWatch watch, AlertKind kind)
    {
        await watch.LookAsync(TestContext.Current.CancellationToken);
        await watch.LookAsync(TestContext.Current.CancellationToken);
        var alert = (await Alerts.StandingAsync(kind)).Values.SingleOrDefault(alert => alert.Status != AlertStatus.Resolved);
        Assert.True(alert is null or { Count: 1 }, $"{kind} was counted {alert?.Count} times.");
        if (alert is not null)
        {
            AssertSaysTheSame(alert.Cause);
        }

        return alert;
    }

    /// <summary>Both languages have the same numbers, and the Chinese one is Chinese.</summary>
    public static void AssertSaysTheSame(AlertText text)
    {
        Assert.Equal(Numbers().Matches(text.English).Select(number => number.Value).Order(), Numbers().Matches(text.Chinese).Select(number => number.Value).Order());
        Assert.EndsWith("。", text.Chinese, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Numbers();

    /// <summary>How many alerts there ever were.</summary>
    public Task<long> EverAsync(AlertKind kind) => engine.CountAsync("alerts", "kind = @kind", new { kind });
}
