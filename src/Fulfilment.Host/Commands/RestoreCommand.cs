using System.CommandLine;
using System.Globalization;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Storage.Backups;

namespace Fulfilment.Host.Commands;

/// <summary>Puts a backup into a storage folder, so that no code in it can be sold twice: see <see cref="RestoredRecords"/>.</summary>
internal static class RestoreCommand
{
    private static readonly Option<FileInfo> From = new("--from") { Description = "The backup.", HelpName = "FILE", Required = true };
    private static readonly Option<bool> Replace = new("--replace") { Description = "Keep the database that is there under another name and take its place." };

    public static RootCommand WithRestore(this RootCommand root)
    {
        var command = new Command(
            "restore",
            "Puts a backup into the storage folder, with no host running. Every batch is out of sale until you release it (batches release); held orders are called off; units that wait for suppliers go to a person; every webhook has a new id.")
        {
            From, Replace,
        };
        command.SetAction((parsed, cancellation) => CommandErrors.CatchAsync(() => RunAsync(parsed, cancellation)));
        root.Subcommands.Add(command);
        return root;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var builder = EngineCommand.CreateBuilder(parsed);
        if (StorageSetup.IsSqlServer(builder.Configuration))
        {
            throw new SetupException("SQL Server restores its own backups: stop every host, RESTORE DATABASE … (or restore a point in time on Azure SQL), then run: restored. See docs/operations.md.");
        }

        var target = builder.Configuration[Settings.StoragePath];
        if (string.IsNullOrWhiteSpace(target))
        {
            throw new SetupException($"{Settings.StoragePath} is empty. Say with --storage into which folder to restore.");
        }

        var restored = await RunAsync(builder, target, parsed.GetRequiredValue(From).FullName, parsed.GetValue(Replace), TimeProvider.System, cancellation);
        var content = restored.Content;
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{Path.GetFullPath(target)} is now as of {content.TakenAt:yyyy-MM-dd HH:mm:ss}Z: {content.Orders:N0} orders, {content.CardKeys:N0} card keys."));
        if (restored.Kept is { } kept)
        {
            await Console.Out.WriteLineAsync($"The database that was there is {kept}.");
        }

        await restored.Marked.WriteAsync(Console.Out);
        return 0;
    }

    /// <summary>Restores into <paramref name="target"/> with the settings and services of <paramref name="builder"/>, which then is used up.</summary>
    internal static async Task<Restored> RunAsync(
        HostApplicationBuilder builder, string target, string from, bool replace, TimeProvider time, CancellationToken cancellation)
    {
        builder.Services.AddSingleton(time);
        using var folder = RestoreFolder.Open(target, replace, time);
        var content = folder.CopyIn(from);
        var marked = await PrepareAsync(builder, folder.Work, target, content, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return new Restored(content, marked, folder.PutInPlace());
    }

    /// <summary>Tells the records that they are as of <paramref name="backupTakenAt"/> and that nobody knows what came after.</summary>
    internal static async Task<Marked> MarkAsync(IServiceProvider services, DateTimeOffset backupTakenAt, CancellationToken cancellation)
    {
        var records = services.GetRequiredService<RestoredRecords>();
        var batches = await records.FreezeBatchesAsync(backupTakenAt, EngineCommand.Actor);
        await records.CountCodesAsShownAsync();
        await records.RenewEventsAsync();
        await records.EndHoldsAsync();
        var orders = await services.GetRequiredService<SettleHeldOrder>().CancelDueAsync(cancellation);
        return new Marked(batches, orders, await records.KeepUnitsFromSuppliersAsync());
    }

    // The engine itself on the copy, with the keys of the target: keys that do not belong to the backup are refused here, and the ordinary use cases do the rest.
    private static async Task<Marked> PrepareAsync(
        HostApplicationBuilder builder, string work, string target, BackupContent content, CancellationToken cancellation)
    {
        builder.Configuration[Settings.StoragePath] = work;

        // The pool in Redis is the living installation's.
        builder.Configuration["Pool:Provider"] = "InProcess";
        builder.Services.AddSingleton(new KeyFolder(target));
        builder.Services.AddBackends(builder.Configuration, besideHost: false);
        builder.Services.AddOrders(builder.Configuration);

        using var host = builder.Build();
        await using var services = (IAsyncDisposable)host;
        await Engine.OpenAsync(host.Services, cancellation);
        return await MarkAsync(host.Services, content.TakenAt, cancellation);
    }
}

/// <summary>What a restore has done; <paramref name="Kept"/> is where the database is that was there before.</summary>
internal sealed record Restored(BackupContent Content, Marked Marked, string? Kept);

/// <summary>What was kept from being sold or submitted a second time.</summary>
internal sealed record Marked(int Batches, int CancelledOrders, int Units)
{
    public async Task WriteAsync(TextWriter to)
    {
        await to.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{CancelledOrders:N0} held orders were called off."));
        await to.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{Units:N0} units wait for suppliers and are not submitted again, because they may have been since: what their suppliers do not settle goes to a person."));
        await to.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{Batches:N0} batches sell nothing until you release them, because their codes may have been sold since: see docs/operations.md, and run batches restored."));
    }
}
