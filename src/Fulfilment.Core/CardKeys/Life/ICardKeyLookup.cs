namespace Fulfilment.Core.CardKeys.Life;

/// <summary>Finds single card keys.</summary>
public interface ICardKeyLookup
{
    /// <summary>The key with its whole custody chain, all of one moment; null when it is not there.</summary>
    Task<CardKeyRecord?> FindAsync(long cardKeyId, CancellationToken cancellation);

    /// <summary>The key of a code's fingerprint; null when there is none, also for a code that is only known as sold elsewhere.</summary>
    Task<long?> FindByFingerprintAsync(byte[] fingerprint, CancellationToken cancellation);

    /// <summary>The keys with a number's hash, newest first. Reads the whole stock, one search at a time.</summary>
    Task<IReadOnlyList<long>> FindByNumberAsync(byte[] numberHash, int limit, CancellationToken cancellation);
}

/// <summary>A card key as it is stored, without its code.</summary>
/// <param name="Origin">Its immutable columns.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Batch">Whether its batch sells.</param>
/// <param name="Holder">The unit that has it.</param>
/// <param name="Custody">Its entries, in order.</param>
public sealed record CardKeyRecord(CustodyOrigin Origin, CardKeyState State, BatchSale Batch, SoldKey? Holder, IReadOnlyList<CustodyEntry> Custody);
