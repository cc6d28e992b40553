using Fulfilment.Core;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>The statements of an intake transaction. Every call completes before it returns.</summary>
internal sealed class SqliteIntakeTransaction(SqliteConnection connection) : IIntakeTransaction, IDisposable
{
    private readonly SqliteStatement _findReference = new(connection, "SELECT id, content_hash FROM orders WHERE storefront_id = ?1 AND client_reference = ?2");

    private readonly SqliteStatement _findTerms = new(connection, "SELECT settlement, credit_limit FROM storefronts WHERE id = ?1");

    private readonly SqliteCardKeyClaims _claims = new(connection);
    private readonly SqliteIntakeWriter _writer = new(connection);
    private readonly SqliteOrderEffects _effects = new(connection);

    public ValueTask<IntakeFacts> ReadAsync(IReadOnlyList<OrderDraft> drafts, int custodyDay, int node)
    {
        var stored = new StoredReference?[drafts.Count];
        var wallets = new Dictionary<WalletKey, WalletBalance>();
        var terms = new Dictionary<long, PaymentTerms>();
        for (var i = 0; i < drafts.Count; i++)
        {
            stored[i] = FindReference(drafts[i]);
            var key = new WalletKey(drafts[i].Storefront.Id, drafts[i].Currency);
            if (!wallets.ContainsKey(key))
            {
                wallets.Add(key, _effects.ReadWallet(key));
                terms[key.StorefrontId] = FindTerms(key.StorefrontId);
            }
        }

        return ValueTask.FromResult(new IntakeFacts(stored, wallets, terms, _effects.ReadDay(custodyDay, node)));
    }

    public ValueTask ClaimAsync(IReadOnlyList<OrderClaim> claims)
    {
        foreach (var claim in claims)
        {
            _claims.Take(claim);
        }

        return ValueTask.CompletedTask;
    }

    // Nobody else writes while this transaction is open.
    public ValueTask ConfirmRefusalAsync(IReadOnlyList<OrderDraft> refused) => ValueTask.CompletedTask;

    public ValueTask WriteAsync(IntakeRows rows)
    {
        _writer.Write(rows.Orders);
        _effects.Write(rows.Effects);

        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        _findReference.Dispose();
        _findTerms.Dispose();
        _claims.Dispose();
        _writer.Dispose();
        _effects.Dispose();
    }

    private StoredReference? FindReference(OrderDraft draft)
    {
        _findReference.Bind(1, draft.Storefront.Id).Bind(2, draft.ClientReference);
        var stored = _findReference.Step() ? new StoredReference(_findReference.Int64(0), _findReference.Blob(1)) : null;
        _findReference.Reset();
        return stored;
    }

    private PaymentTerms FindTerms(long storefrontId)
    {
        if (!_findTerms.Bind(1, storefrontId).Step())
        {
            throw new InvalidOperationException($"Storefront {storefrontId} has gone, and storefronts are never deleted.");
        }

        var terms = new PaymentTerms((Settlement)_findTerms.Int32(0), _findTerms.IsNull(1) ? null : new Money(_findTerms.Int64(1)));
        _findTerms.Reset();
        return terms;
    }
}
