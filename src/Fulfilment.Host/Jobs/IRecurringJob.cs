namespace Fulfilment.Host.Jobs;

/// <summary>Work that one node of the cluster at a time repeats. The rows are the truth: a look that fails, or is made twice, does no harm.</summary>
internal interface IRecurringJob
{
    /// <summary>Of its lease.</summary>
    string Name { get; }

    /// <summary>Between two looks.</summary>
    TimeSpan Interval { get; }

    /// <param name="stopping">The host stops, or another node may have taken the job over.</param>
    Task RunAsync(CancellationToken stopping);
}
