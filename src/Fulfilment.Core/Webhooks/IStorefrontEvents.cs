namespace Fulfilment.Core.Webhooks;

/// <summary>Events for storefronts that no change of an order is; each is told to whoever wants to hear of it.</summary>
public interface IStorefrontEvents
{
    /// <summary>A SKU has become low: <c>stock.low</c>, to every storefront. To be called once until it has recovered.</summary>
    Task StockLowAsync(string skuCode);
}
