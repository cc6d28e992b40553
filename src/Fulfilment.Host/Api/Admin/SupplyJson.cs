using System.Text.Json.Serialization;
using Fulfilment.Host.Api.Lists;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Bodies of the administration of suppliers' products and of units.</summary>
[JsonSerializable(typeof(ListAnswer<ProductView>))]
[JsonSerializable(typeof(ProductPlanView))]
[JsonSerializable(typeof(ProductSyncBody))]
[JsonSerializable(typeof(SyncedProductsView))]
[JsonSerializable(typeof(MarkUpsBody))]
internal sealed partial class SupplyJson : JsonSerializerContext;
