namespace Fulfilment.Core.Alerts;

/// <summary>Looks at one kind of condition and makes the alerts say what holds now. A look that is missed or made twice does no harm.</summary>
public interface IConditionWatch
{
    /// <summary>One look.</summary>
    Task LookAsync(CancellationToken cancellation);
}
