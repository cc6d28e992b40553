using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.CardKeys.Life;

/// <summary>Finds card keys for the support desk, with their history and never with their code.</summary>
public sealed class FindCardKey(ICardKeyLookup lookup, ICodeProtection protection, CustodyChain chain, IAuditStore audit, IdGenerator ids)
{
    /// <summary>The most keys that one number finds.</summary>
    public const int MostFound = 20;

    private const int LongestText = 1000;

    /// <summary>One key, or <c>not_found</c>.</summary>
    public async Task<Result<CardKeyFile>> GetAsync(long cardKeyId, CancellationToken cancellation) =>
        await lookup.FindAsync(cardKeyId, cancellation).ConfigureAwait(false) is { } record ? Open(record) : new Refusal(RefusalCode.NotFound);

    /// <summary>
    /// The keys that a search means, newest first: by id; by secret, with the number where the code has one; or by number alone, which reads the whole stock.
    /// Refuses <c>invalid_request</c>. Who looked for what kind of thing and found which keys is on disk before anything is answered.
    /// </summary>
    public async Task<Result<IReadOnlyList<CardKeyFile>>> SearchAsync(CardKeySearch search, Actor actor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(search);
        if (Check(search) is { } fault)
        {
            return fault;
        }

        var files = new List<CardKeyFile>();
        foreach (var id in await FindIdsAsync(search, cancellation).ConfigureAwait(false))
        {
            if (await lookup.FindAsync(id, cancellation).ConfigureAwait(false) is { } record)
            {
                files.Add(Open(record));
            }
        }

        await RecordAsync(search, files, actor).ConfigureAwait(false);
        return files;
    }

    private static Refusal? Check(CardKeySearch search)
    {
        var byCode = search.Number is not null || search.Secret is not null;
        if (search.Id is null == !byCode)
        {
            return new Refusal(RefusalCode.InvalidRequest, "", "Give either id, or number, secret or both.");
        }

        return Field.Text(search.Number, "/number", LongestText, lines: true) ?? Field.Text(search.Secret, "/secret", LongestText, lines: true);
    }

    private async Task<IReadOnlyList<long>> FindIdsAsync(CardKeySearch search, CancellationToken cancellation)
    {
        if (search.Id is { } id)
        {
            return [id];
        }

        var hash = new byte[ICodeProtection.HashSize];
        if (search.Secret is { } secret)
        {
            var code = new CodeText(search.Number, secret);
            if (code.Problem != CodeTextProblem.None)
            {
                return [];
            }

            protection.Fingerprint(code, hash);
            return await lookup.FindByFingerprintAsync(hash, cancellation).ConfigureAwait(false) is { } found ? [found] : [];
        }

        return protection.NumberHash(search.Number, hash) ? await lookup.FindByNumberAsync(hash, MostFound, cancellation).ConfigureAwait(false) : [];
    }

    private async Task RecordAsync(CardKeySearch search, List<CardKeyFile> files, Actor actor)
    {
        var by = search.Id is not null ? "id" : search.Secret is null ? "number" : "code";
        var after = $$"""{"by":"{{by}}","found":{{files.Count}}}""";
        var subjects = files.Count == 0 ? ["cardKey:none"] : files.Select(file => $"cardKey:{PublicId.Format(PublicId.CardKey, file.Record.Origin.CardKeyId)}");
        foreach (var subject in subjects)
        {
            await audit.RecordAsync(new AuditEntry(ids.Next(), actor, "card_key.searched", subject, After: after)).ConfigureAwait(false);
        }
    }

    private CardKeyFile Open(CardKeyRecord record)
    {
        var entries = new List<VerifiedEntry>(record.Custody.Count);
        CustodyEntry? last = null;
        foreach (var entry in record.Custody)
        {
            entries.Add(new VerifiedEntry(entry, entry.Sequence == (last?.Sequence ?? 0) + 1 && chain.Verify(record.Origin, last, entry)));
            last = entry;
        }

        var isWhole = entries.TrueForAll(entry => entry.IsSealed) && record.State == (last?.State ?? CardKeyState.Available);
        return new CardKeyFile(record, entries, isWhole);
    }
}

/// <summary>What somebody has in hand: an id, or what stands on the card.</summary>
/// <param name="Id">The card key.</param>
/// <param name="Number">The card number, as printed.</param>
/// <param name="Secret">The password or code.</param>
public sealed record CardKeySearch(long? Id, string? Number, string? Secret)
{
    /// <summary>The type's name and nothing of the content.</summary>
    public override string ToString() => nameof(CardKeySearch);
}

/// <summary>A card key with its history, checked.</summary>
/// <param name="Record">As it is stored, without its code.</param>
/// <param name="Custody">What happened to it, in order.</param>
/// <param name="IsWhole">Whether every seal is right and the last entry says what the key is.</param>
public sealed record CardKeyFile(CardKeyRecord Record, IReadOnlyList<VerifiedEntry> Custody, bool IsWhole);

/// <summary>A custody entry, and whether its seal follows from the one before.</summary>
public readonly record struct VerifiedEntry(CustodyEntry Entry, bool IsSealed);
