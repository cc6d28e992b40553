using Fulfilment.Core.Checks;

namespace Fulfilment.Core.CardKeys;

/// <summary>
/// Holds every card key against its chain of entries, its unit, its fingerprint, its batch's counters and the day roots. Reads a single moment's records
/// in key order with flat memory, also while a host writes.
/// </summary>
public sealed class VerifyCustody(ICustodyRecordStore store, CustodyChain chain, ICustodySeal seal, BusinessCalendar calendar)
{
    private const int KeysPerReport = 10_000;

    /// <param name="mostFindings">How many findings are kept; all are counted.</param>
    /// <param name="progress">Told now and then; may be null.</param>
    /// <param name="cancellation">Ends the check with an exception.</param>
    public async Task<CustodyReport> RunAsync(int mostFindings, IProgress<CustodyProgress>? progress, CancellationToken cancellation)
    {
        var findings = new Findings<CustodyFault>(mostFindings);
        var (keys, entries) = (0L, 0L);
        await store.ReadAsync(
            async records =>
            {
                var batches = await records.BatchesAsync(cancellation).ConfigureAwait(false);
                var expected = batches.Sum(batch => batch.Accepted);
                var days = new CustodyDayCheck(seal, calendar);
                var stock = new BatchStockCheck();
                var check = new CustodyKeyCheck(chain, findings);
                await foreach (var record in records.KeysAsync(cancellation).ConfigureAwait(false))
                {
                    if (check.Next(record))
                    {
                        stock.Count(record.Key);
                        if (++keys % KeysPerReport == 0)
                        {
                            progress?.Report(new CustodyProgress(keys, expected));
                        }
                    }

                    if (record.Entry is { } entry)
                    {
                        entries++;
                        days.Count(entry);
                    }
                }

                check.End();
                await MissingKeysAsync(records, findings, cancellation).ConfigureAwait(false);
                await UnitsWithoutKeyAsync(records, findings, cancellation).ConfigureAwait(false);
                await WrongFlagsAsync(records, findings, cancellation).ConfigureAwait(false);
                days.Compare(await records.DaysAsync(cancellation).ConfigureAwait(false), findings);
                stock.Compare(batches, findings);
            },
            cancellation).ConfigureAwait(false);
        return new CustodyReport(keys, entries, findings);
    }

    /// <summary>
    /// The same while the host goes on selling for as long as it takes: each batch as it is at one moment, one after the other, with rests between, so that no moment
    /// of the database has to be kept for long. Days are held against their roots up to yesterday. What it does not see: keys of a batch that is not there.
    /// </summary>
    public async Task<CustodyReport> RunInPiecesAsync(Pace pace, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(pace);
        var findings = new Findings<CustodyFault>(0);
        var days = new CustodyDayCheck(seal, calendar);
        var (keys, entries, today) = (0L, 0L, calendar.Today);
        IReadOnlyList<long> batches = [];
        await store.ReadAsync(async records => batches = await records.BatchIdsAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        foreach (var batch in batches)
        {
            await pace.RunAsync(() => store.ReadAsync(Verify, cancellation), cancellation).ConfigureAwait(false);

            async Task Verify(ICustodyRecords records)
            {
                var stock = new BatchStockCheck();
                var check = new CustodyKeyCheck(chain, findings);
                await foreach (var record in records.KeysOfBatchAsync(batch, cancellation).ConfigureAwait(false))
                {
                    if (check.Next(record))
                    {
                        stock.Count(record.Key);
                        keys++;
                    }

                    if (record.Entry is { } entry)
                    {
                        entries++;
                        days.Count(entry);
                    }
                }

                check.End();
                stock.Compare(await records.BatchAsync(batch, cancellation).ConfigureAwait(false), findings);
            }
        }

        await InPieceAsync(async records => await MissingKeysAsync(records, findings, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        await InPieceAsync(async records => await UnitsWithoutKeyAsync(records, findings, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        await InPieceAsync(async records => await WrongFlagsAsync(records, findings, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        await InPieceAsync(async records => days.Compare(await records.DaysAsync(cancellation).ConfigureAwait(false), findings, today)).ConfigureAwait(false);
        return new CustodyReport(keys, entries, findings);

        Task InPieceAsync(Func<ICustodyRecords, Task> piece) => pace.RunAsync(() => store.ReadAsync(piece, cancellation), cancellation);
    }

    /// <summary>Verifies one batch's keys, and tells what their chains say of it.</summary>
    public async Task<BatchHistory> RunBatchAsync(long batchId, CancellationToken cancellation)
    {
        var findings = new Findings<CustodyFault>(0);
        var days = new SortedDictionary<int, long>();
        var last = long.MinValue;
        await store.ReadAsync(
            async records =>
            {
                var check = new CustodyKeyCheck(chain, findings);
                await foreach (var record in records.KeysOfBatchAsync(batchId, cancellation).ConfigureAwait(false))
                {
                    check.Next(record);
                    if (record.Entry is not { } entry)
                    {
                        continue;
                    }

                    last = Math.Max(last, entry.AtMs);
                    if (entry.State == CardKeyState.Delivered)
                    {
                        var day = calendar.DayOf(DateTimeOffset.FromUnixTimeMilliseconds(entry.AtMs));
                        days[day] = days.GetValueOrDefault(day) + 1;
                    }
                }

                check.End();
            },
            cancellation).ConfigureAwait(false);
        return new BatchHistory(findings.Total, last == long.MinValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(last), days);
    }

    private static async Task MissingKeysAsync(ICustodyRecords records, Findings<CustodyFault> findings, CancellationToken cancellation)
    {
        await foreach (var id in records.EntriesWithoutKeyAsync(cancellation).ConfigureAwait(false))
        {
            findings.Add(CustodyFault.KeyMissing, $"card key {id}");
        }
    }

    private static async Task UnitsWithoutKeyAsync(ICustodyRecords records, Findings<CustodyFault> findings, CancellationToken cancellation)
    {
        await foreach (var id in records.UnitsWithoutKeyAsync(cancellation).ConfigureAwait(false))
        {
            findings.Add(CustodyFault.UnitWithoutKey, CustodyKeyCheck.UnitName(id));
        }
    }

    private static async Task WrongFlagsAsync(ICustodyRecords records, Findings<CustodyFault> findings, CancellationToken cancellation)
    {
        await foreach (var id in records.KeysFlaggedWronglyAsync(cancellation).ConfigureAwait(false))
        {
            findings.Add(CustodyFault.WithdrawnFlagDiffers, $"card key {id}");
        }
    }
}

/// <summary>How far a verification is.</summary>
/// <param name="Keys">Card keys done.</param>
/// <param name="Expected">Card keys in all, as far as is known.</param>
public readonly record struct CustodyProgress(long Keys, long Expected);

/// <summary>What a verification found.</summary>
/// <param name="Keys">Card keys looked at.</param>
/// <param name="Entries">Custody entries looked at.</param>
/// <param name="Findings">What is wrong; none in a sound database.</param>
public sealed record CustodyReport(long Keys, long Entries, Findings<CustodyFault> Findings);

/// <summary>What the chains of a batch's keys say.</summary>
/// <param name="Findings">How many faults were found.</param>
/// <param name="LastAt">When a key last changed.</param>
/// <param name="DeliveredByDay">Deliveries by day number in the business zone.</param>
public sealed record BatchHistory(long Findings, DateTimeOffset? LastAt, IReadOnlyDictionary<int, long> DeliveredByDay);
