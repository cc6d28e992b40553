using Hangfire;
using Hangfire.InMemory;
using Hangfire.Logging;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace Fulfilment.Hangfire.Tests;

/// <summary>A job storage in memory that can be wiped, and be down, while servers run on it.</summary>
internal sealed class TestStorage : JobStorage
{
    private volatile InMemoryStorage _inner = new();

    /// <summary>Whether every use of it fails.</summary>
    public bool IsDown { get; set; }

    /// <summary>Everything in it is gone.</summary>
    public void Wipe() => _inner = new InMemoryStorage();

    public override bool LinearizableReads => _inner.LinearizableReads;

    public override IMonitoringApi GetMonitoringApi() => Inner().GetMonitoringApi();

    public override IStorageConnection GetConnection() => Inner().GetConnection();

    public override IStorageConnection GetReadOnlyConnection() => Inner().GetReadOnlyConnection();

    public override IEnumerable<IBackgroundProcess> GetServerRequiredProcesses() => _inner.GetServerRequiredProcesses();

    public override IEnumerable<IBackgroundProcess> GetStorageWideProcesses() => _inner.GetStorageWideProcesses();

    public override IEnumerable<IStateHandler> GetStateHandlers() => _inner.GetStateHandlers();

    public override void WriteOptionsToLog(ILog logger) => _inner.WriteOptionsToLog(logger);

    public override bool HasFeature(string featureId) => _inner.HasFeature(featureId);

    private InMemoryStorage Inner() => IsDown ? throw new InvalidOperationException("The job storage is down.") : _inner;
}
