using Fulfilment.Core.Ids;
using Fulfilment.Core.Storage;
using Fulfilment.Core.Suppliers;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Core.Fulfilment;

/// <summary>Asks a supplier for one committed attempt, outside any transaction, and records what it says. Nobody asks for that attempt again.</summary>
public sealed partial class SubmitAttempt(RecordOutcome record, TimeProvider time, ILogger<SubmitAttempt> log)
{
    // Codes may have been paid for: an answer is not let go because the database was away for a while.
    private const int MostRecordings = 8;

    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5), FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Completes when what the supplier said is durable, or could not be stored and was said in the log.</summary>
    public async Task RunAsync(Submission submission, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(submission);
        OpenTransaction.RequireNone();
        SupplierAnswer answer;
        using (submission.Slot)
        {
            answer = await AskAsync(submission, cancellation).ConfigureAwait(false);
        }

        await RecordAsync(submission.Attempt.Id, answer, AnswerSource.Submission).ConfigureAwait(false);
    }

    private async Task<SupplierAnswer> AskAsync(Submission submission, CancellationToken cancellation)
    {
        var supplier = submission.Slot.Supplier;
        using var over = new CancellationTokenSource(submission.Permit.SendBefore - submission.At + supplier.Timing.TotalTimeout + Margin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        try
        {
            return await supplier.IssueAsync(submission.Request, submission.Permit, either.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever went wrong in there, only the permit knows whether anything left this machine.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception, PublicId.Format(PublicId.Attempt, submission.Attempt.Id));
            return submission.Permit.Close()
                ? new SupplierAnswer.NotSent("failed")
                : new SupplierAnswer.Answered(new SupplierOutcome.Unknown("failed"), Raw: null);
        }
    }

    internal async Task RecordAsync(long attemptId, SupplierAnswer answer, AnswerSource source)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                await record.RunAsync(attemptId, answer, source).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (tried < MostRecordings)
            {
                LogRecordAgain(exception, PublicId.Format(PublicId.Attempt, attemptId));
            }
#pragma warning disable CA1031 // The attempt is asked about when it is due; what was said is kept if it can be.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogNotRecorded(exception, PublicId.Format(PublicId.Attempt, attemptId));
                await KeepAsync(attemptId, answer, source).ConfigureAwait(false);
                return;
            }

            await Task.Delay(FirstPause * (1 << (tried - 1)), time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task KeepAsync(long attemptId, SupplierAnswer answer, AnswerSource source)
    {
        if (answer is not SupplierAnswer.Answered { Raw: { } raw })
        {
            return;
        }

        try
        {
            await record.KeepAsync(attemptId, raw, source).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Said already that it is not recorded.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotRecorded(exception, PublicId.Format(PublicId.Attempt, attemptId));
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Attempt {Attempt} failed on its way to the supplier or back.")]
    private partial void LogFailed(Exception exception, string attempt);

    [LoggerMessage(2, LogLevel.Warning, "What came of attempt {Attempt} could not be recorded; it is tried again.")]
    private partial void LogRecordAgain(Exception exception, string attempt);

    [LoggerMessage(3, LogLevel.Critical, "What came of attempt {Attempt} could not be recorded. It stays open, and the supplier is asked about it when it is due.")]
    private partial void LogNotRecorded(Exception exception, string attempt);
}
