using System.Buffers.Binary;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys.Import;
using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.CardKeys;

/// <summary>What came of codes sold elsewhere.</summary>
/// <param name="Added">Were not known before; from now on they are duplicates.</param>
/// <param name="Known">Were known as sold elsewhere already.</param>
/// <param name="Voided">Were in our stock and are voided now.</param>
/// <param name="Gone">Were in our stock once, and had been voided or had expired.</param>
/// <param name="Delivered">Lines of codes that we have delivered ourselves: somebody else may use them too.</param>
/// <param name="Reserved">Lines of codes that a held order keeps; once it is decided, the same file has to be read again.</param>
/// <param name="Rejected">Rows that could not be read.</param>
public sealed record SoldCodesReport(
    long Added, long Known, long Voided, long Gone, IReadOnlyList<long> Delivered, IReadOnlyList<long> Reserved, IReadOnlyList<BadCardKeyRow> Rejected);

/// <summary>
/// Takes down codes that were sold before or outside this engine. Of each only the fingerprint is kept. What has been taken down stays, so a file that was
/// read half can be read again, as often as one likes; expired codes are taken down too.
/// </summary>
public sealed class RegisterSoldCodes(ISoldCodes codes, CardKeyMover mover, ICodeProtection protection, IdGenerator ids)
{
    private const int RowsAtOnce = 500;

    /// <summary>Refuses a file without rows with <c>invalid_request</c>. Throws what the reader throws, what was taken down remaining.</summary>
    public async Task<Result<SoldCodesReport>> RunAsync(ICardKeyRowReader rows, Actor actor, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var tally = new Tally();
        var block = new CardKeyRowBlock(RowsAtOnce);
        var read = 0L;
        while (await rows.ReadAsync(block, cancellation).ConfigureAwait(false))
        {
            read += block.Count;
            var (lines, fingerprints) = Fingerprints(block, tally);
            var found = await codes.AddAsync(fingerprints).ConfigureAwait(false);
            for (var i = 0; i < found.Length; i++)
            {
                await CountAsync(lines[i], found[i], actor, tally).ConfigureAwait(false);
            }

            progress?.Report(new ImportProgress(read, rows.BytesRead));
        }

        return read == 0 ? ImportBatch.NoRows(rows) : tally.Close();
    }

    private (List<long> Lines, List<UInt128> Fingerprints) Fingerprints(CardKeyRowBlock block, Tally tally)
    {
        var (lines, fingerprints) = (new List<long>(block.Count), new List<UInt128>(block.Count));
        Span<byte> hash = stackalloc byte[ICodeProtection.HashSize];
        tally.Rejected.AddRange(block.BadRows);
        foreach (ref readonly var row in block.Rows)
        {
            var code = new CodeText(row.Number, row.Secret);
            if (code.Problem is not CodeTextProblem.None)
            {
                tally.Rejected.Add(new BadCardKeyRow(row.Line, RowError.BadText));
                continue;
            }

            protection.Fingerprint(code, hash);
            lines.Add(row.Line);
            fingerprints.Add(BinaryPrimitives.ReadUInt128BigEndian(hash));
        }

        return (lines, fingerprints);
    }

    private async Task CountAsync(long line, long? cardKeyId, Actor actor, Tally tally)
    {
        if (cardKeyId is null or 0)
        {
            tally.Added += cardKeyId is null ? 1 : 0;
            tally.Known += cardKeyId is null ? 0 : 1;
            return;
        }

        switch (await VoidAsync(cardKeyId.Value, actor).ConfigureAwait(false))
        {
            case CardKeyState.Available or CardKeyState.Frozen:
                tally.Voided++;
                break;
            case CardKeyState.Delivered:
                tally.Delivered.Add(line);
                break;
            case CardKeyState.Reserved:
                tally.Reserved.Add(line);
                break;
            case CardKeyState.Voided or CardKeyState.Expired or null:
                tally.Gone++;
                break;
        }
    }

    /// <summary>Voids a key that no unit holds; tells the state it was in before.</summary>
    private async Task<CardKeyState?> VoidAsync(long cardKeyId, Actor actor)
    {
        const string Reason = "sold elsewhere";
        CardKeyState? before = null;
        await mover.MoveOneAsync(
            cardKeyId,
            CardKeyState.Voided,
            key =>
            {
                before = key.State;
                return key.State is CardKeyState.Available or CardKeyState.Frozen ? null : new Refusal(RefusalCode.StateConflict);
            },
            key => new AuditEntry(
                ids.Next(), actor, "card_key.voided", $"cardKey:{PublicId.Format(PublicId.CardKey, cardKeyId)}", LifeText.Image(key.State), LifeText.Image(CardKeyState.Voided, Reason)))
            .ConfigureAwait(false);
        return before;
    }

    private sealed class Tally
    {
        public long Added { get; set; }

        public long Known { get; set; }

        public long Voided { get; set; }

        public long Gone { get; set; }

        public List<long> Delivered { get; } = [];

        public List<long> Reserved { get; } = [];

        public List<BadCardKeyRow> Rejected { get; } = [];

        public SoldCodesReport Close() => new(Added, Known, Voided, Gone, Delivered, Reserved, Rejected);
    }
}
