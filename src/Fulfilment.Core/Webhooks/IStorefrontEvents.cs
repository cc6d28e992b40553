using Fulfilment.Core.Alerts;

namespace Fulfilment.Core.Webhooks;

/// <summary>Events for storefronts that no change of an order is; each is told to whoever wants to hear of it.</summary>
public interface IStorefrontEvents
{
    /// <summary>
    /// A SKU has become low: raises the alert and, where it is new, tells every storefront, <c>stock.low</c>. Both or neither: whoever asks again after a crash tells it
    /// once.
    /// </summary>
    Task StockLowAsync(string skuCode, NewAlert alert);
}
