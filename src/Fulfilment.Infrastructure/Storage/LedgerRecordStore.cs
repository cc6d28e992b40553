using System.Data.Common;
using System.Runtime.CompilerServices;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Reconciliation;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Reads ledger records from one snapshot of the database.</summary>
public sealed class LedgerRecordStore(IDatabase database) : ILedgerRecordStore
{
    // Whole tables are summed up, however long that takes.
    private const int NoTimeout = 0;

    private static readonly object Numbers = new
    {
        TransferKind.Sale,
        TransferKind.CostOfSale,
        TransferKind.Refund,
        AccountKind.Receivable,
        AccountKind.Deposit,
        AccountKind.Inventory,
        AccountKind.Disputed,
        AccountKind.SupplierDifference,
        DiscrepancyStatus.Resolved,
        DiscrepancyOutcome.Accepted,
        DiscrepancyOutcome.Dropped,
        BatchTerms.Purchased,
        HoldOpen = HoldState.Open,
        HoldPosted = HoldState.Posted,
        HoldVoided = HoldState.Voided,
        OrderHeld = OrderStatus.Held,
        OrderProcessing = OrderStatus.Processing,
        OrderCancelled = OrderStatus.Cancelled,
        OrderFailed = OrderStatus.Failed,
        OrderRefunded = OrderStatus.Refunded,
        AttemptState.Issued,
        UnitState.Pending,
        UnitState.Reserved,
        UnitState.Processing,
        UnitState.Manual,
        UnitState.Unknown,
        UnitState.Delivered,
        UnitState.Replaced,
        UnitState.Refunded,
        UnitState.Failed,
        UnitState.Cancelled,
        CasePending = AfterSalesStatus.PendingApproval,
        CaseDone = AfterSalesStatus.Done,
        CaseRejected = AfterSalesStatus.Rejected,
        ForReplacement = AfterSalesKind.Replacement,
    };

    /// <inheritdoc/>
    public Task ReadAsync(Func<ILedgerRecords, Task> work, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        return database.ReadSnapshotAsync(
            async connection =>
            {
                await work(new Records(connection)).ConfigureAwait(false);
                return true;
            },
            cancellation);
    }

    private sealed class Records(DbConnection connection) : ILedgerRecords
    {
        public async Task<IReadOnlyList<AccountTotal>> TrialBalanceAsync(CancellationToken cancellation)
        {
            var totals = new List<AccountTotal>();
            await foreach (var row in RowsAsync(LedgerSql.TrialBalance, cancellation).ConfigureAwait(false))
            {
                totals.Add(new AccountTotal((AccountKind)row.GetInt64(0), row.GetString(1), new Money(row.GetInt64(2)), new Money(row.GetInt64(3))));
            }

            return totals;
        }

        public async IAsyncEnumerable<LedgerDifference> DifferencesAsync(LedgerFault fault, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var row in RowsAsync(LedgerSql.Differences[fault], cancellation).ConfigureAwait(false))
            {
                yield return new LedgerDifference(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3));
            }
        }

        public async IAsyncEnumerable<LineTally> LinesAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var row in RowsAsync(LedgerSql.Lines, cancellation).ConfigureAwait(false))
            {
                var hasLine = !row.IsDBNull(3);
                yield return new LineTally(
                    row.GetInt64(0), (OrderStatus)row.GetInt64(1), (int)row.GetInt64(2),
                    hasLine ? row.GetInt64(3) : null, hasLine ? (OrderStatus)row.GetInt64(4) : default, hasLine ? (int)row.GetInt64(5) : 0, (int)row.GetInt64(6),
                    new UnitCounts((int)row.GetInt64(7), (int)row.GetInt64(8), (int)row.GetInt64(9), (int)row.GetInt64(10), (int)row.GetInt64(11), (int)row.GetInt64(12)));
            }
        }

        // The same reader each time, standing on the next row: there may be many millions of them.
        private async IAsyncEnumerable<DbDataReader> RowsAsync(string sql, [EnumeratorCancellation] CancellationToken cancellation)
        {
            var reader = await connection.ExecuteReaderAsync(new CommandDefinition(sql, Numbers, commandTimeout: NoTimeout, cancellationToken: cancellation)).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    yield return reader;
                }
            }
        }
    }
}
