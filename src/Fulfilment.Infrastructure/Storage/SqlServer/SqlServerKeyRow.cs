using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>A card key with its batch's facts and the end of its custody chain, as Dapper reads it.</summary>
internal sealed record SqlServerKeyRow(
    long Id, long SkuId, long BatchId, long ExpiresOn, byte[] Fingerprint, byte[] Code, long State, long UnitCost, string Currency, long Terms, long BatchStatus,
    long Frozen, long? Sequence, long? LastState, long? LastAt, long? LastUnitId, byte[]? LastSeal)
{
    /// <summary>In the order of this record, of the tables as <see cref="Joins"/> calls them.</summary>
    public const string Columns = """
        k.id AS Id, k.sku_id AS SkuId, k.batch_id AS BatchId, k.expires_on AS ExpiresOn, k.fingerprint AS Fingerprint, k.code AS Code, k.state AS State,
        b.unit_cost AS UnitCost, b.currency AS Currency, b.terms AS Terms, b.status AS BatchStatus, b.frozen AS Frozen,
        c.sequence AS Sequence, c.state AS LastState, c.at AS LastAt, c.unit_id AS LastUnitId, c.seal AS LastSeal
        """;

    /// <summary>What a key's facts are joined from; the ids come from a table or document called j.</summary>
    public const string Joins = """
        JOIN card_keys AS k ON k.id = j.id
        JOIN batches AS b ON b.id = k.batch_id
        LEFT JOIN custody_entries AS c
          ON c.card_key_id = k.id AND c.sequence = (SELECT max(l.sequence) FROM custody_entries AS l WHERE l.card_key_id = k.id)
        """;

    public HeldKey ToHeldKey() => new(ToKey(), (CardKeyState)State);

    public ClaimedKey ToKey() => new(
        new CustodyOrigin(Id, SkuId, BatchId, (int)ExpiresOn, Fingerprint),
        Code,
        new Money(UnitCost),
        Currency,
        (BatchTerms)Terms,
        new BatchSale((BatchStatus)BatchStatus, Frozen != 0),
        Sequence is { } sequence ? new CustodyEntry(Id, (int)sequence, (CardKeyState)LastState!.Value, LastAt!.Value, LastUnitId, LastSeal!) : null);
}
