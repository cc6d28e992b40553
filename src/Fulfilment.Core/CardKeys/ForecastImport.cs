using System.Buffers.Binary;
using System.Text;
using Fulfilment.Core.CardKeys.Import;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.CardKeys;

/// <summary>Reads a file as an import would and stores nothing.</summary>
public sealed class ForecastImport(ICatalogue catalogue, IKnownCodes known, ICodeProtection protection, BusinessCalendar calendar)
{
    // A duplicate further down is found by what was remembered of every row above: eight bytes of its fingerprint, and as much again for the table.
    private const int MostRows = 5_000_000;

    /// <summary>Refuses what the import would refuse: <c>invalid_request</c>, <c>unknown_sku</c>. The idempotency key plays no part. Throws what the reader throws.</summary>
    public async Task<Result<ImportForecast>> RunAsync(ImportBatchCommand command, ICardKeyRowReader rows, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(rows);
        var details = ImportDetails.Of(command, catalogue.Current, stored: null);
        if (details.Refusal is { } refusal)
        {
            return refusal;
        }

        var block = new CardKeyRowBlock();
        var more = await rows.ReadAsync(block, cancellation).ConfigureAwait(false);
        if (!more)
        {
            return ImportBatch.NoRows(rows);
        }

        var tally = new ForecastTally();
        while (more && tally.Total < MostRows)
        {
            await CountAsync(block, details.Value.Details.DefaultExpiresOn, tally, cancellation).ConfigureAwait(false);
            progress?.Report(new ImportProgress(tally.Total, rows.BytesRead));
            more = await rows.ReadAsync(block, cancellation).ConfigureAwait(false);
        }

        return tally.Close(details.Value, rows.Understanding, complete: !more);
    }

    private async Task CountAsync(CardKeyRowBlock block, int defaultExpiresOn, ForecastTally tally, CancellationToken cancellation)
    {
        var (lines, fingerprints) = Sort(block, defaultExpiresOn, tally);
        var isKnown = await known.AreKnownAsync(fingerprints, cancellation).ConfigureAwait(false);
        for (var i = 0; i < lines.Count; i++)
        {
            if (isKnown[i])
            {
                tally.RefuseAsKnown(lines[i]);
            }
            else
            {
                tally.Accept();
            }
        }

        tally.EndBlock();
    }

    /// <summary>Tells the block's faulty rows and repeats from those that only the stock can still keep out.</summary>
    private (List<long> Lines, List<UInt128> Fingerprints) Sort(CardKeyRowBlock block, int defaultExpiresOn, ForecastTally tally)
    {
        var (lines, fingerprints) = (new List<long>(block.Count), new List<UInt128>(block.Count));
        var today = calendar.Today;
        Span<byte> hash = stackalloc byte[ICodeProtection.HashSize];
        foreach (ref readonly var bad in block.BadRows)
        {
            tally.Refuse(bad.Line, bad.Error.Code());
        }

        foreach (ref readonly var row in block.Rows)
        {
            tally.Show(row);
            var code = new CodeText(row.Number, row.Secret);
            if (code.Problem is not CodeTextProblem.None and var problem)
            {
                tally.Refuse(row.Line, (problem == CodeTextProblem.SecretMissing ? RowError.EmptySecret : RowError.BadText).Code());
                continue;
            }

            if ((row.ExpiresOn?.DayNumber ?? defaultExpiresOn) < today)
            {
                tally.Refuse(row.Line, RowReason.Expired.Code);
                continue;
            }

            protection.Fingerprint(code, hash);
            var fingerprint = BinaryPrimitives.ReadUInt128BigEndian(hash);
            if (tally.IsRepeat(row.Line, fingerprint))
            {
                continue;
            }

            lines.Add(row.Line);
            fingerprints.Add(fingerprint);
        }

        return (lines, fingerprints);
    }

    /// <summary>Adds up a forecast.</summary>
    private sealed class ForecastTally
    {
        private const int MostErrors = 100, MostPreviewed = 10;

        private readonly HashSet<ulong> _seen = [];
        private readonly SortedDictionary<string, long> _reasons = new(StringComparer.Ordinal);
        private readonly List<ForecastRow> _errors = [];
        private readonly List<ForecastRow> _blockErrors = [];
        private readonly List<PreviewRow> _preview = [];
        private long _accepted, _inFile, _inStock, _rejected;
        private int _dates;

        public long Total => _accepted + _inFile + _inStock + _rejected;

        public void Show(in CardKeyRow row)
        {
            if (_preview.Count < MostPreviewed)
            {
                _preview.Add(PreviewRow.Of(row));
                _dates += ExpiryDate.TryParse(Encoding.UTF8.GetBytes(row.Secret), out _) ? 1 : 0;
            }
        }

        public bool IsRepeat(long line, UInt128 fingerprint)
        {
            if (_seen.Add((ulong)fingerprint))
            {
                return false;
            }

            _inFile++;
            Note(line, "duplicate_in_file");
            return true;
        }

        public void Accept() => _accepted++;

        public void RefuseAsKnown(long line)
        {
            _inStock++;
            Note(line, "duplicate_in_stock");
        }

        public void Refuse(long line, string reason)
        {
            _rejected++;
            Note(line, reason);
        }

        public void EndBlock()
        {
            _errors.AddRange(_blockErrors.OrderBy(error => error.Line).Take(MostErrors - _errors.Count));
            _blockErrors.Clear();
        }

        public ImportForecast Close(ImportDetails details, FileUnderstanding file, bool complete) => new()
        {
            Details = details.Details,
            Status = details.Differs ? BatchStatus.AwaitingApproval : BatchStatus.Completed,
            File = file,
            Total = Total,
            Accepted = _accepted,
            DuplicateInFile = _inFile,
            DuplicateInStock = _inStock,
            Rejected = _rejected,
            Reasons = _reasons,
            Errors = _errors,
            Preview = _preview,
            SecretsLookLikeDates = _preview.Count > 0 && _dates == _preview.Count,
            Complete = complete,
        };

        private void Note(long line, string reason)
        {
            _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
            if (_errors.Count < MostErrors)
            {
                _blockErrors.Add(new ForecastRow(line, reason));
            }
        }
    }
}
