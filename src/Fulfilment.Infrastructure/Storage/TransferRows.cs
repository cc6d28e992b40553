using System.Data.Common;
using Dapper;
using Fulfilment.Core.Ledger;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Rows of <c>transfers</c> that are posted one by one; those of orders are written by their effects.</summary>
internal static class TransferRows
{
    public static Task AddAsync(DbConnection connection, Transfer transfer) => connection.ExecuteAsync(
        """
        INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency, order_id)
        VALUES (@Id, @Kind, @debit, @debitSubject, @credit, @creditSubject, @amount, @Currency, @OrderId)
        """,
        new
        {
            transfer.Id, transfer.Kind, debit = transfer.Debit.Kind, debitSubject = transfer.Debit.Subject, credit = transfer.Credit.Kind,
            creditSubject = transfer.Credit.Subject, amount = transfer.Amount.TenThousandths, transfer.Currency, transfer.OrderId,
        });
}
