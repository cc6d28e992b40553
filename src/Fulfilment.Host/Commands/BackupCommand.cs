using System.CommandLine;
using System.Globalization;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage.Backups;

namespace Fulfilment.Host.Commands;

/// <summary>Copies the database into a file, also while a host serves.</summary>
internal static class BackupCommand
{
    private const string Instead =
        "SQL Server makes its own backups: BACKUP DATABASE … TO DISK = '…' WITH CHECKSUM, and BACKUP LOG in the full recovery model; Azure SQL makes them by itself. The keys are not in them. See docs/operations.md.";

    public static RootCommand WithBackup(this RootCommand root)
    {
        var to = new Option<FileInfo>("--to") { Description = "The file to make; it must not be there.", HelpName = "FILE", Required = true };
        var command = new Command("backup", "Copies the database, as it is at one moment, into a file and checks it; also while a host is running. The keys are not in it.") { to };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, (services, _) => RunAsync(parsed.GetRequiredValue(to).FullName, services), cancellation, needsDatabase: true, onServer: Instead));
        root.Subcommands.Add(command);
        return root;
    }

    private static async Task<int> RunAsync(string to, IServiceProvider services)
    {
        var audit = new AuditEntry(services.GetRequiredService<IdGenerator>().Next(), EngineCommand.Actor, "storage.backedUp", "storage");
        var made = await services.GetRequiredService<SqliteBackup>().RunAsync(to, audit);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{made.Path}: {made.Bytes / 1048576.0:N1} MB, {made.Orders:N0} orders, {made.CardKeys:N0} card keys, as of {made.TakenAt:yyyy-MM-dd HH:mm:ss}Z; took {made.Took.TotalSeconds:N1} s."));
        await Console.Out.WriteLineAsync(services.GetRequiredService<EngineKeys>().AreConfigured
            ? $"The keys (settings under {KeyConfiguration.Section}) are not in it. Keep them, apart from the backup: without them nobody can open its codes, with both anybody can."
            : $"The keys ({Path.GetFullPath(Path.Combine(services.GetRequiredService<KeyFolder>().Path, KeyFile.Name))}) are not in it. Keep a copy of that file, apart from the backup: without it nobody can open its codes, with both anybody can.");
        return 0;
    }
}
