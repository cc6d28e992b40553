namespace Fulfilment.Core.CardKeys;

/// <summary>Looks up which codes have been here before.</summary>
public interface IKnownCodes
{
    /// <summary>Says of each fingerprint (big-endian) whether it is known, whatever became of its code.</summary>
    Task<bool[]> AreKnownAsync(IReadOnlyList<UInt128> fingerprints, CancellationToken cancellation);
}
