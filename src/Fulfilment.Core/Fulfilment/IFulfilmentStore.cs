namespace Fulfilment.Core.Fulfilment;

/// <summary>Units of accepted orders and what suppliers make of them.</summary>
public interface IFulfilmentStore
{
    /// <summary>
    /// Runs <paramref name="work"/> in one transaction and answers once it is durable. When it throws, nothing of it remains. It runs again when other work
    /// got in the way, so it begins by forgetting what it came to before.
    /// </summary>
    Task<T> RunAsync<T>(Func<IFulfilmentTransaction, ValueTask<T>> work);
}

/// <summary>One open transaction of fulfilment.</summary>
public interface IFulfilmentTransaction : IOrderTransaction;
