namespace Fulfilment.Core.CardKeys.Import;

/// <summary>An import's lease as it is at this moment, and when it last announced new stock.</summary>
internal sealed class ImportClock(long importer, TimeProvider time)
{
    // Long enough for a slice to come over a slow line, short enough for who comes back after a crash.
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AnnounceEvery = TimeSpan.FromSeconds(1);

    private long? _announcedAt;

    public ImportLease Lease
    {
        get
        {
            var now = time.GetUtcNow();
            return new ImportLease(importer, now.ToUnixTimeMilliseconds(), (now + LeaseDuration).ToUnixTimeMilliseconds());
        }
    }

    /// <summary>True now and then, for the slice that tells other processes to look at the stock.</summary>
    public bool IsTimeToAnnounce()
    {
        if (_announcedAt is { } at && time.GetElapsedTime(at) < AnnounceEvery)
        {
            return false;
        }

        _announcedAt = time.GetTimestamp();
        return true;
    }
}
