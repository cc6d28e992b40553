using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.AfterSales;
using Fulfilment.Infrastructure.Tests.Orders;

namespace Fulfilment.Infrastructure.Tests.CardKeys.Life;

/// <summary>What happens to card keys beside their sale, put together on an engine as the host does it.</summary>
internal sealed class LifeDesk
{
    private readonly OrderEngine _engine;

    public LifeDesk(OrderEngine engine, Func<ICardKeyLifeStore, ICardKeyLifeStore>? between = null)
    {
        _engine = engine;
        var batches = new BatchLifeStore(engine.Storage.Database);
        var keys = engine.Storage.CardKeyLifeStore();
        var store = between?.Invoke(keys) ?? keys;
        var mover = new CardKeyMover(store, engine.Chain, engine.Seal, engine.Ids, engine.Calendar, engine.Time);
        Batches = new WithdrawBatch(batches, engine.Window, engine.Ids);
        Keys = new ChangeCardKey(mover, engine.Window, engine.Ids);
        Withdrawn = new VoidWithdrawnBatches(batches, mover);
        Expiry = new ExpireCardKeys(store, mover, engine.Calendar);
        BatchStore = batches;
    }

    public WithdrawBatch Batches { get; }

    public ChangeCardKey Keys { get; }

    public VoidWithdrawnBatches Withdrawn { get; }

    public ExpireCardKeys Expiry { get; }

    public IBatchLifeStore BatchStore { get; }

    /// <summary>Every column of everything that tells of card keys, and the order in which they are sold.</summary>
    public static async Task<string> ImageAsync(OrderEngine engine) => await engine.Storage.Database.ReadSnapshotAsync(async connection =>
    {
        var rows = new List<string>();
        foreach (var query in (string[])
        [
            "SELECT id, sku_id, batch_id, state, expires_on, fingerprint, number_hash, code FROM card_keys ORDER BY id",
            "SELECT card_key_id, sequence, state, at, unit_id, seal FROM custody_entries ORDER BY card_key_id, sequence",
            "SELECT day, node, entries, root, seal FROM custody_days ORDER BY day, node",
            "SELECT batch_id, node, available, reserved, frozen, delivered, voided, expired FROM batch_stock ORDER BY batch_id, node",
            "SELECT id FROM card_keys WHERE state = 10 ORDER BY sku_id, expires_on, batch_id, id",
        ])
        {
            rows.AddRange((await connection.QueryAsync(query)).Select(StateOfDatabase.Text));
        }

        return string.Join('\n', rows);
    });

    /// <summary>How many keys of a batch are in each state, by the keys themselves.</summary>
    public async Task<StockCounts> RecountAsync(long batchId)
    {
        var rows = await _engine.Storage.Database.ReadAsync(connection =>
            connection.QueryAsync<(long State, long Count)>("SELECT state, CAST(count(*) AS bigint) FROM card_keys WHERE batch_id = @batchId GROUP BY state", new { batchId }));
        return rows.Aggregate(default(StockCounts), (counts, row) => counts.Add((CardKeyState)row.State, row.Count));
    }
}
