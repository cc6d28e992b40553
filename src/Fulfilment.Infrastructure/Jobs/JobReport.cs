using Fulfilment.Core.Jobs;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Infrastructure.Jobs;

/// <summary>What a host's log says of a recurring job.</summary>
internal sealed partial class JobReport(string job, TimeProvider time, ILogger log)
{
    // The same failure is remembered and logged so seldom.
    private static readonly TimeSpan RepeatFailureAfter = TimeSpan.FromMinutes(1);

    private string? _failure;
    private long _failureSaidAt;

    /// <summary>Logs how a run ended, and tells whether it is to be remembered: it did something, or failed otherwise than a moment ago.</summary>
    public bool IsNews(JobEnd end)
    {
        if (end.Outcome == JobOutcome.Done)
        {
            _failure = null;
            if (end.Result is { } result)
            {
                LogDone(job, result);
            }

            return end.Result is not null;
        }

        if (end.Result == _failure && time.GetElapsedTime(_failureSaidAt) < RepeatFailureAfter)
        {
            return false;
        }

        (_failure, _failureSaidAt) = (end.Result, time.GetTimestamp());
        if (end.Outcome == JobOutcome.BrokenOff)
        {
            LogBrokenOff(end.Exception, job);
        }
        else
        {
            LogFailed(end.Exception, job);
        }

        return true;
    }

    /// <summary>It is looked at again.</summary>
    public void LookFailed(Exception exception) => LogLookFailed(exception, job);

    /// <summary>Only this node knows where it stands, and goes.</summary>
    public void NotWritten(Exception exception) => LogNotWritten(exception, job);

    [LoggerMessage(Level = LogLevel.Information, Message = "The job {Job}: {Result}")]
    private partial void LogDone(string job, string result);

    [LoggerMessage(Level = LogLevel.Error, Message = "The job {Job} failed; it is tried again.")]
    private partial void LogFailed(Exception? exception, string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The job {Job} was broken off because its lease ended: this host stalled, or the database did not answer. Whoever holds the lease goes on.")]
    private partial void LogBrokenOff(Exception? exception, string job);

    [LoggerMessage(Level = LogLevel.Error, Message = "The job {Job} could not be looked at; it is looked at again.")]
    private partial void LogLookFailed(Exception exception, string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Where the job {Job} stands could not be written; another host may run it once more.")]
    private partial void LogNotWritten(Exception exception, string job);
}
