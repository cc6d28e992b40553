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
    private const int SlicesAhead = 32;

    private readonly IBatchStore _store;
    private readonly ICodeProtection _protection;
    private readonly IdGenerator _ids;
    private readonly BusinessCalendar _calendar;
    private readonly ImportClock _clock;
    private readonly Batch _batch;
    private readonly bool _mayStore;
    private readonly CardKeyRowBlock _block;
    private readonly ImportWindow _window;
    private readonly Channel<BatchSlice> _free = Channel.CreateUnbounded<BatchSlice>();
    private readonly Queue<Task<SliceCounts?>> _stored = new();
    private readonly int _sliceRows;
    private int _slices;

    /// <param name="block">Filled with the upload's first rows; as large as a slice.</param>
    public ImportRun(
        IBatchStore store, ICodeProtection protection, IdGenerator ids, BusinessCalendar calendar, ImportClock clock, BatchClaim claim, CardKeyRowBlock block, ImportOptions options)
    {
        (_store, _protection, _ids, _calendar, _clock, _block) = (store, protection, ids, calendar, clock, block);
        (_batch, _mayStore) = (claim.Batch, claim.Claimed);
        _sliceRows = options.SliceRows;
        _window = new ImportWindow(protection, options.WindowRows);
    }

    /// <summary>Rows before the window that is being read, blank ones not counted; in the end all rows.</summary>
    public long Position { get; private set; }

    /// <summary>Prolonged to now.</summary>
    public ImportLease Lease => _clock.Lease;

    /// <summary>Stores all rows that are not stored yet; those that are, are compared.</summary>
    public async Task<ImportEnd> ReadToEndAsync(ICardKeyRowReader rows, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            for (var more = true; more;)
            {
                more = await ReadWindowAsync(rows, progress, cancellation).ConfigureAwait(false);
                if (await TakeWindowAsync(cancellation).ConfigureAwait(false) is { } early)
                {
                    return early;
                }

                more = more && await rows.ReadAsync(_block, cancellation).ConfigureAwait(false);
            }

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

    public void Dispose() => _window.Dispose();

    /// <summary>Fills the window, beginning with the block at hand; false when the file ends with it.</summary>
    private async Task<bool> ReadWindowAsync(ICardKeyRowReader rows, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        _window.Clear();
        while (true)
        {
            _window.Add(_block);
            progress?.Report(new ImportProgress(Position + _window.Count, rows.BytesRead));

            // An upload that comes faster than it is read never waits by itself, and would keep a thread from the orders for a whole window.
            await Task.Yield();
            if (_window.IsFull)
            {
                return true;
            }

            if (!await rows.ReadAsync(_block, cancellation).ConfigureAwait(false))
            {
                return false;
            }
        }
    }

    private async Task<ImportEnd?> TakeWindowAsync(CancellationToken cancellation)
    {
        _window.Close();
        var start = Position;
        var known = (int)Math.Clamp(_batch.Processed - start, 0, _window.Count);
        Position += _window.Count;

        // The stored hash is that of the window in which the stored rows end.
        var endsHere = known > 0 && Position >= _batch.Processed;
        if ((endsHere && !_window.ContentHash.AsSpan().SequenceEqual(_batch.ContentHash.Span)) || (known < _window.Count && !_mayStore && !_batch.IsWithdrawn))
        {
            return ImportEnd.OtherContent;
        }

        // A withdrawn batch takes no more rows; that the upload is the same shows from those it has.
        if (_batch.IsWithdrawn && Position >= _batch.Processed)
        {
            return ImportEnd.AllProcessed;
        }

        for (var at = known; at < _window.Count; at += _sliceRows)
        {
            var slice = await NextSliceAsync(cancellation).ConfigureAwait(false);
            Fill(slice, start + at, _window.Rows.Slice(at, Math.Min(_sliceRows, _window.Count - at)));
            _stored.Enqueue(StoreAsync(slice));
            await Task.Yield();
            if (!await DrainAsync(all: false).ConfigureAwait(false))
            {
                return ImportEnd.LeaseLost;
            }
        }

        return null;
    }

    private void Fill(BatchSlice slice, long start, Span<WindowRow> rows)
    {
        // Within a slice the file's order is kept, so that a small file is sold from its top.
        rows.Sort(default(WindowRow.ByPlace));
        slice.Clear();
        var today = _calendar.Today;
        Span<byte> hash = stackalloc byte[ICodeProtection.HashSize];
        foreach (ref readonly var row in rows)
        {
            var readable = _window[row.Place];
            if (row.Error is { } error)
            {
                slice.Add(new RejectedRow(readable.Line, RowReason.Of(error)));
                continue;
            }

            var expiresOn = readable.ExpiresOn?.DayNumber ?? _batch.Details.DefaultExpiresOn;
            if (expiresOn < today)
            {
                slice.Add(new RejectedRow(readable.Line, RowReason.Expired));
                continue;
            }

            var id = _ids.Next();
            var code = _protection.Protect(id, new CodeText(readable.Number, readable.Secret));
            UInt128? numberHash = _protection.NumberHash(readable.Number, hash) ? BinaryPrimitives.ReadUInt128BigEndian(hash) : null;
            slice.Add(new PreparedCardKey(id, readable.Line, expiresOn, row.Fingerprint, numberHash, code));
        }

        slice.Close(start, _window.ContentHash, _ids.Next(), _ids.Node, _clock.IsTimeToAnnounce());
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
