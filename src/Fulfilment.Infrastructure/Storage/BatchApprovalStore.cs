using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <inheritdoc cref="IBatchApprovals"/>
public sealed class BatchApprovalStore(IDatabase database, IdGenerator ids) : IBatchApprovals
{
    /// <inheritdoc/>
    public Task<Result<Batch>> DecideAsync(long batchId, bool approve, string? reason, Actor actor) => database.WriteAsync<Result<Batch>>(async connection =>
    {
        var before = (await connection.QuerySingleOrDefaultAsync<BatchRow>(
            $"SELECT {BatchRow.Columns} FROM batches WHERE id = @batchId", new { batchId }).ConfigureAwait(false))?.ToBatch();
        if (before is null)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        if (before.Status != BatchStatus.AwaitingApproval)
        {
            return new Refusal(RefusalCode.NotPending);
        }

        if (before.Owner == actor.Name)
        {
            return new Refusal(RefusalCode.SecondPersonRequired, Detail: "Who uploaded a batch cannot decide it.");
        }

        var after = before with
        {
            Status = !approve ? BatchStatus.Failed : before.CompletedAt is null ? BatchStatus.Importing : BatchStatus.Completed,
            Approved = approve,
        };
        await connection.ExecuteAsync("""
            UPDATE batches SET status = @Status, approved = @Approved WHERE id = @Id AND status = @awaiting;
            UPDATE change_counters SET value = value + 1 WHERE name = 'stock';
            """, new { after.Id, after.Status, after.Approved, awaiting = BatchStatus.AwaitingApproval }).ConfigureAwait(false);
        if (approve)
        {
            await PostPurchaseAsync(connection, after).ConfigureAwait(false);
        }

        await AuditStore.AppendAsync(connection, new AuditEntry(
            ids.Next(), actor, approve ? "batch.approved" : "batch.rejected", $"batch:{PublicId.Format(PublicId.Batch, batchId)}",
            StorageJson.Write(new { before.Status, before.Details.UnitCost, before.Details.Currency, before.Accepted }),
            StorageJson.Write(new { after.Status, reason }))).ConfigureAwait(false);
        if (after.Status == BatchStatus.Completed)
        {
            await StorefrontEvents.AddAsync(connection, ids.Next(), after, WebhookEvent.BatchCompleted).ConfigureAwait(false);
        }

        return after;
    });

    // Of the rows that are in; those that follow bring their own.
    private async Task PostPurchaseAsync(DbConnection connection, Batch batch)
    {
        if (batch.Details.Terms == BatchTerms.Consigned)
        {
            return;
        }

        // Keys that expired or were voided while the batch waited are ours too, and lost.
        var lost = await connection.ExecuteScalarAsync<long>(
            "SELECT coalesce(sum(voided + expired), 0) FROM batch_stock WHERE batch_id = @Id", new { batch.Id }).ConfigureAwait(false);
        var (inventory, payable) = (Account.Inventory(batch.Id), Account.Payable(batch.Id));
        await PostAsync(connection, batch, TransferKind.Purchase, inventory, payable, batch.Accepted).ConfigureAwait(false);
        await PostAsync(connection, batch, TransferKind.WriteOff, Account.WriteOff(batch.Details.SkuId), inventory, lost).ConfigureAwait(false);
    }

    private async Task PostAsync(DbConnection connection, Batch batch, TransferKind kind, Account debit, Account credit, long keys)
    {
        var cost = checked(batch.Details.UnitCost.TenThousandths * keys);
        if (cost == 0)
        {
            return;
        }

        await TransferRows.AddAsync(connection, new Transfer(ids.Next(), kind, debit, credit, new Money(cost), batch.Details.Currency, OrderId: null)).ConfigureAwait(false);
    }
}
