using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The tables <c>wallets</c> and <c>deposits</c>, with the transfers that deposits post.</summary>
public sealed class WalletStore(IDatabase database, IdGenerator ids) : IWalletStore
{
    private const string Operation = "deposit";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Wallet>> ListAsync(long storefrontId, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(connection => connection.QueryAsync<(string Currency, long Balance, long Held)>(
            "SELECT currency, balance, held FROM wallets WHERE storefront_id = @storefrontId ORDER BY currency", new { storefrontId }), cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => new Wallet(row.Currency, new Money(row.Balance), new Money(row.Held)))];
    }

    /// <inheritdoc/>
    public Task<Result<RecordedDeposit>> DepositAsync(NewDeposit deposit) => database.WriteAsync<Result<RecordedDeposit>>(async connection =>
    {
        if (await StorefrontStore.FindAsync(connection, deposit.StorefrontCode).ConfigureAwait(false) is not { } storefront)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        // The primary key decides whether this is the first request with the key.
        var first = await connection.ExecuteAsync("""
            INSERT INTO idempotency_keys (owner, "key", operation, request_hash, result_id)
            SELECT @owner, @key, @Operation, @hash, @Id WHERE NOT EXISTS (SELECT 1 FROM idempotency_keys WHERE owner = @owner AND "key" = @key)
            """, new { owner = deposit.Actor.Name, key = deposit.IdempotencyKey, Operation, hash = HashOf(deposit), deposit.Id }).ConfigureAwait(false);
        if (first == 0)
        {
            return await RepeatAsync(connection, deposit).ConfigureAwait(false);
        }

        return await PostAsync(connection, deposit, storefront).ConfigureAwait(false);
    });

    private async Task<RecordedDeposit> PostAsync(DbConnection connection, NewDeposit deposit, Storefront storefront)
    {
        var credit = storefront.Settlement == Settlement.Prepaid ? Account.Deposit(storefront.Id) : Account.Receivable(storefront.Id);
        await TransferRows.AddAsync(
            connection, new Transfer(deposit.Id, TransferKind.Deposit, Account.Cash, credit, deposit.Amount, deposit.Currency, OrderId: null)).ConfigureAwait(false);

        var row = await AddToWalletAsync(connection, storefront.Id, deposit.Currency, deposit.Amount.TenThousandths).ConfigureAwait(false);
        var wallet = new Wallet(deposit.Currency, new Money(row.Balance), new Money(row.Held));
        var available = wallet.Available(storefront.Terms.WalletFloor);

        await connection.ExecuteAsync("""
            INSERT INTO deposits (transfer_id, storefront_id, reference, balance, held, available)
            VALUES (@Id, @storefrontId, @Reference, @Balance, @Held, @available)
            """, new { deposit.Id, storefrontId = storefront.Id, deposit.Reference, row.Balance, row.Held, available = available?.TenThousandths }).ConfigureAwait(false);

        var recorded = new RecordedDeposit(deposit.Id, deposit.Amount, deposit.Currency, deposit.Reference, wallet.Balance, wallet.Held, available, IsRepeat: false);
        await AuditStore.AppendAsync(connection, new AuditEntry(
            ids.Next(), deposit.Actor, "storefront.depositRecorded", "storefront:" + storefront.Code, null, AuditImage.Of(recorded))).ConfigureAwait(false);
        return recorded;
    }

    private static async Task<(long Balance, long Held)> AddToWalletAsync(DbConnection connection, long storefrontId, string currency, long amount)
    {
        var wallet = new { storefrontId, currency, amount };
        var changed = await connection.ExecuteAsync(
            "UPDATE wallets SET balance = balance + @amount WHERE storefront_id = @storefrontId AND currency = @currency", wallet).ConfigureAwait(false);
        if (changed == 0)
        {
            await connection.ExecuteAsync(
                "INSERT INTO wallets (storefront_id, currency, balance, held) VALUES (@storefrontId, @currency, @amount, 0)", wallet).ConfigureAwait(false);
        }

        return await connection.QuerySingleAsync<(long Balance, long Held)>(
            "SELECT balance, held FROM wallets WHERE storefront_id = @storefrontId AND currency = @currency", wallet).ConfigureAwait(false);
    }

    private static async Task<Result<RecordedDeposit>> RepeatAsync(DbConnection connection, NewDeposit deposit)
    {
        var first = await connection.QuerySingleAsync<(string Operation, byte[] RequestHash, long ResultId)>(
            """SELECT operation, request_hash, result_id FROM idempotency_keys WHERE owner = @owner AND "key" = @key""",
            new { owner = deposit.Actor.Name, key = deposit.IdempotencyKey }).ConfigureAwait(false);
        if (first.Operation != Operation || !first.RequestHash.AsSpan().SequenceEqual(HashOf(deposit)))
        {
            return new Refusal(RefusalCode.IdempotencyMismatch);
        }

        var stored = await connection.QuerySingleAsync<(long Balance, long Held, long? Available)>(
            "SELECT balance, held, available FROM deposits WHERE transfer_id = @ResultId", new { first.ResultId }).ConfigureAwait(false);
        return new RecordedDeposit(
            first.ResultId,
            deposit.Amount,
            deposit.Currency,
            deposit.Reference,
            new Money(stored.Balance),
            new Money(stored.Held),
            stored.Available is { } available ? new Money(available) : null,
            IsRepeat: true);
    }

    // Over what the request means, so that 10.0 and 10.00 are the same.
    private static byte[] HashOf(NewDeposit deposit) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(StorageJson.Write(new { deposit.StorefrontCode, deposit.Amount, deposit.Currency, deposit.Reference })));
}
