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
                await foreach (var id in records.EntriesWithoutKeyAsync(cancellation).ConfigureAwait(false))
                {
                    findings.Add(CustodyFault.KeyMissing, $"card key {id}");
                }

                await foreach (var id in records.UnitsWithoutKeyAsync(cancellation).ConfigureAwait(false))
                {
                    findings.Add(CustodyFault.UnitWithoutKey, CustodyKeyCheck.UnitName(id));
                }

                await foreach (var id in records.KeysFlaggedWronglyAsync(cancellation).ConfigureAwait(false))
                {
                    findings.Add(CustodyFault.WithdrawnFlagDiffers, $"card key {id}");
                }

                days.Compare(await records.DaysAsync(cancellation).ConfigureAwait(false), findings);
                stock.Compare(batches, findings);
            },
            cancellation).ConfigureAwait(false);
        return new CustodyReport(keys, entries, findings);
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
