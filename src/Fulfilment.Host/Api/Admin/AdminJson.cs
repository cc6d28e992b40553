using System.Text.Json.Serialization;
using Fulfilment.Core.Ledger;
using Fulfilment.Host.Api.Lists;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Bodies of the administration's API.</summary>
[JsonSerializable(typeof(NewSku))]
[JsonSerializable(typeof(SkuChanges))]
[JsonSerializable(typeof(AdminSku))]
[JsonSerializable(typeof(ListAnswer<AdminSku>))]
[JsonSerializable(typeof(NewStorefront))]
[JsonSerializable(typeof(StorefrontChanges))]
[JsonSerializable(typeof(AdminStorefront))]
[JsonSerializable(typeof(AdminStorefrontWithWallets))]
[JsonSerializable(typeof(ListAnswer<AdminStorefront>))]
[JsonSerializable(typeof(DepositFields))]
[JsonSerializable(typeof(DepositAnswer))]
[JsonSerializable(typeof(NewSupplier))]
[JsonSerializable(typeof(SupplierChanges))]
[JsonSerializable(typeof(AdminSupplier))]
[JsonSerializable(typeof(ListAnswer<AdminSupplier>))]
[JsonSerializable(typeof(PauseReason))]
[JsonSerializable(typeof(SupplierBalanceAnswer))]
[JsonSerializable(typeof(BatchDecision))]
[JsonSerializable(typeof(NewKey))]
[JsonSerializable(typeof(Rotation))]
[JsonSerializable(typeof(AdminKey))]
[JsonSerializable(typeof(AdminKeyWithText))]
[JsonSerializable(typeof(ListAnswer<AdminKey>))]
[JsonSerializable(typeof(BatchRelease))]
[JsonSerializable(typeof(ReleasedBatch))]
[JsonSerializable(typeof(BatchEvidence))]
[JsonSerializable(typeof(CardKeyQuestion))]
[JsonSerializable(typeof(CardKeyView))]
[JsonSerializable(typeof(ListAnswer<CardKeyView>))]
[JsonSerializable(typeof(ListAnswer<AuditAnswer>))]
[JsonSerializable(typeof(RevealsAnswer))]
[JsonSerializable(typeof(JobAnswer))]
[JsonSerializable(typeof(ListAnswer<JobAnswer>))]
[JsonSerializable(typeof(AlertAnswer))]
[JsonSerializable(typeof(ListAnswer<AlertAnswer>))]
internal sealed partial class AdminJson : JsonSerializerContext;
