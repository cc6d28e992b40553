using System.Text.Json.Serialization;
using Fulfilment.Core.Orders;
using Fulfilment.Host.Api.Lists;

namespace Fulfilment.Host.Api;

/// <summary>Bodies of the order API, read and written without reflection.</summary>
[JsonSerializable(typeof(OrderRequest))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(ListAnswer<OrderView>))]
[JsonSerializable(typeof(ListAnswer<DeliveredCode>))]
internal sealed partial class OrdersJson : JsonSerializerContext;
