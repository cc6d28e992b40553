using System.Collections.Concurrent;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storage;
using Fulfilment.Core.Suppliers;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Core.Fulfilment;

/// <summary>
/// Asks suppliers what became of open attempts, until it is definite or nobody can be asked any more; nothing is ever sent again. The right to ask is committed
/// before the question, so that no two workers ask more often than the supplier accepts.
/// </summary>
public sealed partial class ResolveAttempt(
    IFulfilmentStore store, RecordOutcome record, SubmitAttempt submit, SubmissionContent content, ISuppliers suppliers, ICatalogue catalogue, TimeProvider time,
    ILogger<ResolveAttempt> log)
{
    private const int MostInTransaction = 100;

    // A supplier that answers nothing keeps each question for long; with more of them the worker would have no place left for the other suppliers.
    private const int MostPerSupplier = 64;

    private static readonly TimeSpan PauseOfFaulty = TimeSpan.FromMinutes(1), PauseOfFull = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<long, int> _asking = [];

    /// <summary>Takes what is due, at most so many, and gives the questions that may be asked now, each once.</summary>
    public async Task<BegunQuestions> BeginAsync(int most, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var limit = Math.Min(most, MostInTransaction);
        var due = await store.FindSubmittedAsync(now, limit, cancellation).ConfigureAwait(false);
        if (due.Count == 0)
        {
            return BegunQuestions.None;
        }

        return new BegunQuestions(due.Count >= limit, await TakeAsync(due, now).ConfigureAwait(false));
    }

    /// <summary>Asks, and records the answer. Completes when that is durable.</summary>
    public async Task AskAsync(Question question, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(question);
        OpenTransaction.RequireNone();
        try
        {
            await AskOnceAsync(question, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _asking.AddOrUpdate(question.Submitted.Attempt!.SupplierId, 0, (_, asking) => asking - 1);
        }
    }

    private async Task AskOnceAsync(Question question, CancellationToken cancellation)
    {
        if (time.GetElapsedTime(question.TakenAt) >= SupplierTimes.LeaveWithin)
        {
            // This process slept: asked now, it might come too close to the next question. The unit is due again by itself.
            return;
        }

        SupplierAnswer answer;
        try
        {
            answer = await question.Supplier.QueryAsync(content.RequestOf(question.Submitted.Attempt!, question.Submitted), cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // A question that failed is asked again when the unit is due.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception, PublicId.Format(PublicId.Attempt, question.Submitted.Attempt!.Id));
            return;
        }

        await submit.RecordAsync(question.Submitted.Attempt!.Id, answer, AnswerSource.Query).ConfigureAwait(false);
    }

    // All at once, and each alone where that fails: one faulty record keeps no other waiting.
    private async Task<IReadOnlyList<Question>> TakeAsync(IReadOnlyList<SubmittedUnit> due, DateTimeOffset now)
    {
        try
        {
            return await TakeTogetherAsync(due, now).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (NodeLeaseLostException or StorageConflictException) && due.Count > 1)
        {
            LogTogether(exception, due.Count);
        }

        var questions = new List<Question>();
        foreach (var submitted in due)
        {
            try
            {
                questions.AddRange(await TakeTogetherAsync([submitted], now).ConfigureAwait(false));
            }
#pragma warning disable CA1031 // Said; the others must not wait for it.
            catch (Exception exception) when (exception is not NodeLeaseLostException)
#pragma warning restore CA1031
            {
                LogFailed(exception, submitted.Attempt is { } attempt ? PublicId.Format(PublicId.Attempt, attempt.Id) : "-");
            }
        }

        return questions;
    }

    private async Task<List<Question>> TakeTogetherAsync(IReadOnlyList<SubmittedUnit> due, DateTimeOffset now)
    {
        var taken = time.GetTimestamp();
        var begun = await store.RunAsync(async transaction =>
        {
            var questions = new List<Question>();
            foreach (var submitted in due)
            {
                var together = questions.Count(question => question.Submitted.Attempt!.SupplierId == submitted.Attempt?.SupplierId);
                if (await TakeAsync(transaction, submitted, now, taken, together).ConfigureAwait(false) is { } question)
                {
                    questions.Add(question);
                }
            }

            return questions;
        }).ConfigureAwait(false);
        begun.ForEach(question => _asking.AddOrUpdate(question.Submitted.Attempt!.SupplierId, 1, (_, asking) => asking + 1));
        return begun;
    }

    private async ValueTask<Question?> TakeAsync(IFulfilmentTransaction transaction, SubmittedUnit submitted, DateTimeOffset now, long taken, int together)
    {
        var (unit, nowMs) = (submitted.Unit, now.ToUnixTimeMilliseconds());
        if (submitted.Attempt is not { } attempt)
        {
            // Broken: a unit with a supplier, and no attempt that says with which. The sweep over its order tells of it.
            await transaction.MoveUnitAsync(unit, unit.State, (now + PauseOfFaulty).ToUnixTimeMilliseconds()).ConfigureAwait(false);
            return null;
        }

        var code = catalogue.Current.Suppliers.FirstOrDefault(known => known.Id == attempt.SupplierId)?.Code;
        var supplier = code is null ? null : suppliers.Find(code);
        var times = SupplierTimes.Of(supplier);
        var isStuck = times.IsWindowOver(attempt, now) || (!times.CanQuery && attempt.State != AttemptState.Processing);
        if (isStuck)
        {
            if (await transaction.FindUnitAsync(unit.OrderId, unit.Id).ConfigureAwait(false) is { } found && found.DueAtMs == unit.DueAtMs && found.State == unit.State)
            {
                await record.StopAskingAsync(transaction, attempt.Id, times.CanQuery ? "query_window_over" : "no_query").ConfigureAwait(false);
            }

            return null;
        }

        var next = times.Next(attempt with { QueriedAtMs = nowMs }, now).ToUnixTimeMilliseconds();
        if (supplier is null || !times.CanQuery)
        {
            await transaction.MoveUnitAsync(unit, unit.State, next).ConfigureAwait(false);
            return null;
        }

        if (_asking.GetValueOrDefault(attempt.SupplierId) + together >= MostPerSupplier)
        {
            await transaction.MoveUnitAsync(unit, unit.State, (now + PauseOfFull).ToUnixTimeMilliseconds()).ConfigureAwait(false);
            return null;
        }

        var mayAsk = await transaction.TakeQueryAsync(unit, attempt.Id, nowMs, times.LastQueryBefore(now).ToUnixTimeMilliseconds(), next).ConfigureAwait(false);
        return mayAsk ? new Question(submitted, supplier, taken) : null;
    }

    [LoggerMessage(1, LogLevel.Error, "Attempt {Attempt} could not be asked about; it is asked again when it is due.")]
    private partial void LogFailed(Exception exception, string attempt);

    [LoggerMessage(2, LogLevel.Warning, "{Count} attempts could not be taken together; each is tried alone.")]
    private partial void LogTogether(Exception exception, int count);
}

/// <summary>The right to ask once what became of an attempt.</summary>
/// <param name="Submitted">Of which.</param>
/// <param name="Supplier">Whom.</param>
/// <param name="TakenAt">When it was taken, on the monotonic clock; it is good for a moment only.</param>
public sealed record Question(SubmittedUnit Submitted, ISupplier Supplier, long TakenAt);

/// <summary>What a worker may ask.</summary>
/// <param name="IsMore">Whether others may be due behind those.</param>
/// <param name="Questions">Those that are asked about now.</param>
public sealed record BegunQuestions(bool IsMore, IReadOnlyList<Question> Questions)
{
    /// <summary>Nothing was due.</summary>
    public static readonly BegunQuestions None = new(IsMore: false, []);
}
