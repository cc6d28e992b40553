namespace Fulfilment.Core.Anomalies;

/// <summary>The orders that no anomaly explains yet: every scope without the pairs of those that are known.</summary>
internal sealed class FlowRest(IReadOnlyDictionary<FlowScope, FlowSeries> series, IReadOnlyDictionary<FlowScope, FlowSeries[]> seriesOf)
{
    private readonly Dictionary<FlowScope, FlowSeries> _changed = [];
    private readonly HashSet<FlowScope> _explained = [];

    /// <summary>Every scope.</summary>
    public IEnumerable<FlowSeries> All => _changed.Count == 0 ? series.Values : series.Keys.Select(scope => Of(scope)!);

    /// <summary>One scope; null: there is none such.</summary>
    public FlowSeries? Of(FlowScope scope) => _changed.GetValueOrDefault(scope) ?? series.GetValueOrDefault(scope);

    /// <summary>The scopes that a scope is a part of, the narrowest first.</summary>
    public static IEnumerable<FlowScope> Around(FlowScope scope)
    {
        if (scope.IsPair)
        {
            yield return scope with { StorefrontId = 0 };
            yield return scope with { SkuId = 0 };
        }

        if (scope != FlowScope.All)
        {
            yield return FlowScope.All;
        }
    }

    /// <summary>What is left of a scope without one that is a part of it.</summary>
    public FlowSeries Without(FlowScope scope, FlowScope part)
    {
        var rest = Of(scope)!.Copy();
        rest.Subtract(Of(part)!);
        return rest;
    }

    /// <summary>Takes the pairs of a scope out of all scopes.</summary>
    public void Explain(FlowScope scope)
    {
        foreach (var (pair, all) in seriesOf)
        {
            if (scope.Contains(pair) && _explained.Add(pair))
            {
                var part = all[0];
                foreach (var whole in all)
                {
                    if (!_changed.TryGetValue(whole.Scope, out var changed))
                    {
                        _changed.Add(whole.Scope, changed = whole.Copy());
                    }

                    changed.Subtract(part);
                }
            }
        }
    }
}
