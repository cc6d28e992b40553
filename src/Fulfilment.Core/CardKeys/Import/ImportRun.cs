using System.Buffers.Binary;
using System.Threading.Channels;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.CardKeys.Import;

/// <summary>How the reading of an upload ended.</summary>
internal enum ImportEnd
{
    /// <summary>Every row of the file is decided.</summary>
    AllProcessed,

    /// <summary>The rows are not those that were stored under the key.</summary>
    OtherContent,

    /// <summary>Another upload goes on with the batch.</summary>
    LeaseLost,
}

/// <summary>
/// One pass over an upload. Rows are read and encrypted here while the writer stores earlier slices: slices go round between the two,
/// so memory is theirs whatever the file's length, and whoever is slower holds the other back.
/// </summary>
internal sealed class ImportRun : IDisposable
{
    // Enough to keep the writer busy with a transaction of its own length while this side catches its breath.
    private const int SlicesAhead = 64;

    private readonly IBatchStore _store;
    private readonly ICodeProtection _protection;
    private readonly IdGenerator _ids;
    private readonly BusinessCalendar _calendar;
    private readonly ImportClock _clock;
    private readonly Batch _batch;
    private readonly bool _mayStore;
    private readonly CardKeyRowBlock _block;
    private readonly RowDigests _digests;
    private readonly Channel<BatchSlice> _free = Channel.CreateUnbounded<BatchSlice>();
    private readonly Queue<Task<SliceCounts?>> _stored = new();
    private readonly int _sliceRows;
    private int _slices;

    /// <param name="block">Filled with the upload's first rows; as large as a slice.</param>
    public ImportRun(
        IBatchStore store, ICodeProtection protection, IdGenerator ids, BusinessCalendar calendar, ImportClock clock, BatchClaim claim, CardKeyRowBlock block, int sliceRows)
    {
        (_store, _protection, _ids, _calendar, _clock, _block) = (store, protection, ids, calendar, clock, block);
        (_batch, _mayStore) = (claim.Batch, claim.Claimed);
        _sliceRows = sliceRows;
        _digests = new RowDigests(protection, sliceRows);
    }

    /// <summary>Rows read so far, blank ones not counted.</summary>
    public long Position { get; private set; }

    /// <summary>Prolonged to now.</summary>
    public ImportLease Lease => _clock.Lease;

    /// <summary>Stores all rows that are not stored yet; those that are, are compared.</summary>
    public async Task<ImportEnd> ReadToEndAsync(ICardKeyRowReader rows, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            do
            {
                if (await TakeBlockAsync(cancellation).ConfigureAwait(false) is { } early)
                {
                    return early;
                }

                progress?.Report(new ImportProgress(Position, rows.BytesRead));
            }
            while (await rows.ReadAsync(_block, cancellation).ConfigureAwait(false));

            if (Position < _batch.Processed)
            {
                return ImportEnd.OtherContent;
            }

            return await DrainAsync(all: true).ConfigureAwait(false) ? ImportEnd.AllProcessed : ImportEnd.LeaseLost;
        }
        finally
        {
            // Whatever ended the reading, the slices under way are waited for: they are stored in any case.
            await ((Task)Task.WhenAll(_stored)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _digests.Dispose();

    private async Task<ImportEnd?> TakeBlockAsync(CancellationToken cancellation)
    {
        _digests.Read(_block);
        var known = (int)Math.Min(_digests.Rows.Length, Math.Max(0, _batch.Processed - Position));
        if (known > 0 && !MatchesStored(known))
        {
            return ImportEnd.OtherContent;
        }

        if (known == _digests.Rows.Length)
        {
            return null;
        }

        if (!_mayStore)
        {
            return ImportEnd.OtherContent;
        }

        var slice = await NextSliceAsync(cancellation).ConfigureAwait(false);
        Fill(slice, known);
        _stored.Enqueue(StoreAsync(slice));
        return await DrainAsync(all: false).ConfigureAwait(false) ? null : ImportEnd.LeaseLost;
    }

    /// <summary>Takes known rows into the hash and, at the last of them, compares it with what is stored.</summary>
    private bool MatchesStored(int known)
    {
        _digests.Hash(known);
        Position += known;
        return Position < _batch.Processed || _digests.CurrentHash().AsSpan().SequenceEqual(_batch.ContentHash.Span);
    }

    private void Fill(BatchSlice slice, int from)
    {
        slice.Clear();
        var today = _calendar.Today;
        Span<byte> hash = stackalloc byte[ICodeProtection.HashSize];
        foreach (ref readonly var row in _digests.Rows[from..])
        {
            if (row.Error is { } error)
            {
                slice.Add(new RejectedRow(row.Line, RowReason.Of(error)));
                continue;
            }

            ref readonly var readable = ref _block.Rows[row.Index];
            var expiresOn = readable.ExpiresOn?.DayNumber ?? _batch.Details.DefaultExpiresOn;
            if (expiresOn < today)
            {
                slice.Add(new RejectedRow(row.Line, RowReason.Expired));
                continue;
            }

            var id = _ids.Next();
            var code = _protection.Protect(id, new CodeText(readable.Number, readable.Secret));
            UInt128? numberHash = _protection.NumberHash(readable.Number, hash) ? BinaryPrimitives.ReadUInt128BigEndian(hash) : null;
            slice.Add(new PreparedCardKey(id, row.Line, expiresOn, row.Fingerprint, numberHash, code));
        }

        var start = Position;
        var count = _digests.Rows.Length - from;
        _digests.Hash(count);
        Position += count;
        slice.Close(start, _digests.CurrentHash(), _ids.Next(), _ids.Node, _clock.IsTimeToAnnounce());
    }

    private async Task<SliceCounts?> StoreAsync(BatchSlice slice)
    {
        var given = false;
        try
        {
            return await _store.AppendAsync(_batch, slice, _clock.Lease, GiveBack).ConfigureAwait(false);
        }
        finally
        {
            // One that was never taken up, because the database would not: the reading side may be waiting for it.
            GiveBack();
        }

        void GiveBack()
        {
            if (!Interlocked.Exchange(ref given, true))
            {
                _free.Writer.TryWrite(slice);
            }
        }
    }

    private ValueTask<BatchSlice> NextSliceAsync(CancellationToken cancellation)
    {
        if (_slices < SlicesAhead && _free.Reader.Count == 0)
        {
            _slices++;
            return new ValueTask<BatchSlice>(new BatchSlice(_sliceRows));
        }

        return _free.Reader.ReadAsync(cancellation);
    }

    /// <summary>Forgets the slices that are stored; false when one was not, because the lease is somebody else's. Throws what storing one threw.</summary>
    private async Task<bool> DrainAsync(bool all)
    {
        while (_stored.TryPeek(out var oldest) && (all || oldest.IsCompleted))
        {
            var counts = await oldest.ConfigureAwait(false);
            _ = _stored.Dequeue();
            if (counts is null)
            {
                return false;
            }
        }

        return true;
    }
}
