using System.CommandLine;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Backups;
using Fulfilment.Infrastructure.Storage.SqlServer;

namespace Fulfilment.Host.Commands;

/// <summary>After SQL Server has restored a backup by itself: takes out of sale what may have been sold since, before any host runs.</summary>
internal static class RestoredCommand
{
    private static readonly Option<DateTimeOffset?> TakenAt = new("--taken-at")
    {
        Description = "The moment that the restored database shows, such as 2026-11-21T03:00:00Z; without it, that of its last record.", HelpName = "TIME",
    };

    public static RootCommand WithRestored(this RootCommand root)
    {
        var command = new Command(
            "restored",
            "With SQL Server, run once after the server has restored a backup and before any host is started: every batch is out of sale until you release it (batches release); held orders are called off; units that wait for suppliers go to a person; every webhook has a new id.")
        {
            TakenAt,
        };
        command.SetAction((parsed, cancellation) => CommandErrors.CatchAsync(() => RunAsync(parsed, cancellation)));
        root.Subcommands.Add(command);
        return root;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var builder = EngineCommand.CreateBuilder(parsed);
        if (!StorageSetup.IsSqlServer(builder.Configuration))
        {
            throw new SetupException("With SQLite use restore --from FILE, which does all of it on a copy.");
        }

        // The pool that other nodes share belongs to the living installation.
        builder.Configuration["Pool:Provider"] = "InProcess";
        builder.Services.AddBackends(builder.Configuration, besideHost: false);
        builder.Services.AddOrders(builder.Configuration);
        using var host = builder.Build();
        await using var services = (IAsyncDisposable)host;
        await EngineCommand.RequireTablesAsync(host.Services.GetRequiredService<SqlServerDatabase>());
        await Engine.MigrateAsync(host.Services.GetRequiredService<Migrator>());

        // Before this process takes a node number: ids that were given out after the backup must not be given out again.
        var lastRecord = await host.Services.GetRequiredService<RestoredIds>().SetFloorAsync();
        await Engine.OpenAsync(host.Services, cancellation);
        var marked = await RestoreCommand.MarkAsync(host.Services, parsed.GetValue(TakenAt) ?? lastRecord, cancellation);
        await marked.WriteAsync(Console.Out);
        return 0;
    }
}
