using System.CommandLine;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api;
using Fulfilment.Host.Api.Json;

namespace Fulfilment.Host.Commands;

/// <summary>Batches that wait for their release after a restore, from the command line; also beside a running host.</summary>
internal static class BatchesCommand
{
    public static RootCommand WithBatches(this RootCommand root)
    {
        root.Subcommands.Add(new Command("batches", "Batches that a restore took out of sale: lists them, shows the evidence, releases them.") { Restored(), Evidence(), Release() });
        return root;
    }

    private static Command Restored()
    {
        var command = new Command("restored", "Lists the batches that sell nothing until they are released.");
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, stop) =>
        {
            foreach (var batch in await services.GetRequiredService<IRestoredBatchStore>().ListAsync(stop))
            {
                await Console.Out.WriteLineAsync(
                    $"{PublicId.Format(PublicId.Batch, batch.BatchId)}  {SkuOf(batch, services)}  {FindingsText.Number(batch.Stock.Available)} available  backup of {Rfc3339.Format(batch.BackupTakenAt)}");
            }

            return 0;
        }, cancellation, needsDatabase: true));
        return command;
    }

    private static Command Evidence()
    {
        var id = IdArgument();
        var command = new Command("evidence", "Shows what is known of a batch, and the token that its release has to name.") { id };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, stop) =>
        {
            var shown = await services.GetRequiredService<ReleaseRestoredBatch>().EvidenceAsync(Id(parsed.GetValue(id)), stop);
            if (shown.Refusal is { } refusal)
            {
                return await CommandErrors.RefuseAsync(Explain(refusal));
            }

            await PrintAsync(shown.Value, services);
            return 0;
        }, cancellation, needsDatabase: true));
        return command;
    }

    private static Command Release()
    {
        var id = IdArgument();
        var reason = new Option<string>("--reason") { Description = "Why its codes may be sold again; the audit keeps it.", HelpName = "TEXT", Required = true };
        var token = new Option<string>("--evidence") { Description = "The token that batches evidence shows.", HelpName = "TOKEN", Required = true };
        var command = new Command("release", "Puts a batch back on sale after a restore. Void the codes sold since first: import --sold.") { id, reason, token };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, _) =>
        {
            var released = await services.GetRequiredService<ReleaseRestoredBatch>()
                .RunAsync(Id(parsed.GetValue(id)), parsed.GetValue(reason), parsed.GetValue(token), EngineCommand.Actor);
            if (released.Refusal is { } refusal)
            {
                return await CommandErrors.RefuseAsync(Explain(refusal));
            }

            await Console.Out.WriteLineAsync(released.Value.WasFrozen
                ? "Released; an operator had frozen the batch before the restore, and it stays frozen."
                : $"Released: {FindingsText.Number(released.Value.Stock.Available)} codes are on sale again.");
            return 0;
        }, cancellation, needsDatabase: true));
        return command;
    }

    private static async Task PrintAsync(RestoreEvidence evidence, IServiceProvider services)
    {
        var (batch, stock) = (evidence.Batch, evidence.Batch.Stock);
        await Console.Out.WriteLineAsync($"""
            {PublicId.Format(PublicId.Batch, batch.BatchId)}  {SkuOf(batch, services)}
            out of sale since the restore of {Rfc3339.Format(batch.RestoredAt)}{(batch.WasFrozen ? ", and frozen by an operator before" : "")}
            nothing is known after the backup of {Rfc3339.Format(batch.BackupTakenAt)}
            available {FindingsText.Number(stock.Available)}, reserved {FindingsText.Number(stock.Reserved)}, frozen {FindingsText.Number(stock.Frozen)}, delivered {FindingsText.Number(stock.Delivered)}, voided {FindingsText.Number(stock.Voided)}, expired {FindingsText.Number(stock.Expired)}
            last change of a code: {(evidence.LastCustodyAt is { } at ? Rfc3339.Format(at) : "none")}
            chains of custody: {(evidence.Findings == 0 ? "no findings" : $"{FindingsText.Number(evidence.Findings)} findings, see custody verify")}
            sold on the last days before the backup: {(evidence.Sales.Count == 0 ? "none" : string.Join(", ", evidence.Sales.Select(day => $"{day.Day:yyyy-MM-dd} {FindingsText.Number(day.Delivered)}")))}
            evidence {evidence.Token}
            """);
    }

    private static string SkuOf(RestoredBatch batch, IServiceProvider services) =>
        services.GetRequiredService<ICatalogue>().Current.Skus.FirstOrDefault(sku => sku.Id == batch.SkuId)?.Code ?? "";

    private static string Explain(Refusal refusal) => refusal.Code == RefusalCode.NotFound
        ? "There is no such batch in this storage. batches restored lists those that wait; --storage chooses the storage."
        : refusal.Detail ?? Problem.Of(refusal.Code).English.Detail;

    private static Argument<string> IdArgument() => new("BATCHID") { Description = "The id of a batch, as batches restored shows it: bat_…" };

    private static long Id(string? text) => PublicId.TryParse(PublicId.Batch, text, out var id)
        ? id
        : throw new SetupException("The id of a batch looks like bat_01h2xcejqtf2n; batches restored lists those that wait.");
}
