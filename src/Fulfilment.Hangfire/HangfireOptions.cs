namespace Fulfilment.Hangfire;

/// <summary>Where Hangfire keeps its jobs. No record, so that no log prints a password.</summary>
/// <param name="connectionString">To the engine's own database, on SQL Server; null: in memory, for trying.</param>
public sealed class HangfireOptions(string? connectionString)
{
    /// <summary>To the engine's own database; null: in memory.</summary>
    public string? ConnectionString { get; } = connectionString;

    /// <summary>Hangfire's tables stand in a schema of their own, so that they can be dropped at any time.</summary>
    public const string Schema = "hangfire";

    /// <summary>How often Hangfire looks which scheduled and recurring jobs are due.</summary>
    public static readonly TimeSpan ScheduleLook = TimeSpan.FromSeconds(5);

    /// <summary>How long a job that served an order can be seen.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);
}
