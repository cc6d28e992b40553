using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace Fulfilment.Host.Tests.Jobs;

/// <summary>
/// A process of the engine that does nothing but what a test has it do, and can die at a commit: SQLite refuses that one and all that follow, so that the file is what
/// a process leaves that was killed before it.
/// </summary>
internal sealed class JobProcess : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _death = new();
    private int _commits, _diesAt = int.MaxValue;

    // Held here: SQLite keeps no reference to it that the collector knows of.
    private readonly delegate_commit _hook;

    private JobProcess(WebApplication app)
    {
        _app = app;
        _hook = _ => Commit();
    }

    /// <summary>Commits that came through, and the one it died at.</summary>
    public int Commits => Volatile.Read(ref _commits);

    public static async Task<JobProcess> StartAsync(TestHostOptions options, string folder)
    {
        var builder = FulfilmentApp.CreateBuilder();
        options.Configure(builder, folder);
        builder.Logging.ClearProviders();
        var process = new JobProcess(await FulfilmentApp.BuildAsync(builder, cancellation: TestContext.Current.CancellationToken));
        await process._app.Services.GetRequiredService<IDatabase>().WriteAsync(connection =>
        {
            raw.sqlite3_commit_hook(((SqliteConnection)connection).Handle, process._hook, null);
            return Task.FromResult(true);
        });
        Volatile.Write(ref process._commits, 0);
        return process;
    }

    /// <summary>Runs a job as its engine would, to its end.</summary>
    public Task<string?> RunAsync(string job) => Handler(job).RunAsync(TestContext.Current.CancellationToken);

    /// <summary>Runs a job until the process dies at that commit, which is 1 for the first.</summary>
    public async Task DieAsync(string job, int atCommit)
    {
        Volatile.Write(ref _diesAt, atCommit);
        try
        {
            await Handler(job).RunAsync(_death.Token);
        }
#pragma warning disable CA1031 // The process is dead, whatever it would have made of it.
        catch (Exception) when (_death.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // A job that goes on without what it could not write is as dead.
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _app.DisposeAsync();
        }
        catch (SqliteException) when (_death.IsCancellationRequested)
        {
            // The dead hand nothing back.
        }

        _death.Dispose();
    }

    private JobHandler Handler(string job) => _app.Services.GetServices<JobHandler>().Single(handler => handler.Job.Name == job);

    private int Commit()
    {
        if (Interlocked.Increment(ref _commits) < Volatile.Read(ref _diesAt))
        {
            return 0;
        }

        _ = _death.CancelAsync();
        return 1;
    }
}
