using System.Text.Json.Serialization;
using Fulfilment.Host.Api.Lists;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Bodies of the administration of suppliers' products and of units.</summary>
[JsonSerializable(typeof(ListAnswer<ProductView>))]
[JsonSerializable(typeof(ProductPlanView))]
[JsonSerializable(typeof(ProductSyncBody))]
[JsonSerializable(typeof(SyncedProductsView))]
[JsonSerializable(typeof(MarkUpsBody))]
[JsonSerializable(typeof(ListAnswer<UnitListView>))]
[JsonSerializable(typeof(UnitDetailView))]
[JsonSerializable(typeof(TakenUnitView))]
[JsonSerializable(typeof(HandDeliveryBody))]
[JsonSerializable(typeof(SettlementBody))]
[JsonSerializable(typeof(UnitReason))]
[JsonSerializable(typeof(ListAnswer<DecisionView>))]
[JsonSerializable(typeof(UnknownsView))]
[JsonSerializable(typeof(ListAnswer<DiscrepancyView>))]
[JsonSerializable(typeof(DiscrepancySettlement))]
[JsonSerializable(typeof(QuarantinedCodeView))]
[JsonSerializable(typeof(ListAnswer<StrayCallbackView>))]
internal sealed partial class SupplyJson : JsonSerializerContext;
