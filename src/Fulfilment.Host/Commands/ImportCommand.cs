using System.CommandLine;
using System.Globalization;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api;
using Spectre.Console;

namespace Fulfilment.Host.Commands;

/// <summary>
/// Imports a file of card keys, also beside a running host, which sells them at once. The key under which the file is imported comes from its
/// content, so that the same command again goes on where it stopped, or finds that all is done.
/// </summary>
internal static class ImportCommand
{
    private const string Owner = "command";

    private static readonly Argument<FileInfo> File = new("file")
    {
        Description = "CSV or NDJSON with number, secret and expiresOn; only secret is required. The header is optional; 卡号 密码/卡密 有效期 are understood.",
    };

    private static readonly Option<string> Sku = new("--sku") { Description = "The SKU the codes are of.", HelpName = "CODE", Required = true };
    private static readonly Option<string?> UnitCost = new("--unit-cost") { Description = "What one code cost, for example 11.20. Default: 0.", HelpName = "MONEY" };
    private static readonly Option<string?> Currency = new("--currency") { Description = "The currency of the cost. Default: the SKU's.", HelpName = "CNY" };
    private static readonly Option<string?> Supplier = new("--supplier") { Description = "Who sold the codes to you.", HelpName = "NAME" };
    private static readonly Option<string?> PurchaseReference = new("--purchase-reference") { Description = "The purchase's number in your books.", HelpName = "TEXT" };
    private static readonly Option<string?> ExpiresOn = new("--expires-on") { Description = "Last day of codes without a date of their own: 2027-01-31. Default: never.", HelpName = "DATE" };
    private static readonly Option<string?> Format = new("--format") { Description = "csv or ndjson. Default: ndjson for .ndjson and .jsonl, else csv.", HelpName = "FORMAT" };
    private static readonly Option<string?> Key = new("--key")
    {
        Description = "Idempotency key. Default: one made from the file's content, so that importing a file twice does nothing the second time.",
        HelpName = "KEY",
    };

    private static readonly Option<FileInfo?> Errors = new("--errors") { Description = "Where to write the lines that were not taken, and why, as CSV.", HelpName = "FILE" };

    public static RootCommand WithImport(this RootCommand root)
    {
        var command = new Command("import", "Imports card keys from a file; also while a host is running.")
        {
            File, Sku, UnitCost, Currency, Supplier, PurchaseReference, ExpiresOn, Format, Key, Errors,
        };
        command.SetAction((parsed, cancellation) => CommandErrors.CatchAsync(() =>
        {
            var request = Read(parsed);
            return EngineCommand.RunAsync(parsed, (services, stop) => RunAsync(request, services, stop), cancellation);
        }));
        root.Subcommands.Add(command);
        return root;
    }

    private static ImportRequest Read(ParseResult parsed)
    {
        var file = parsed.GetRequiredValue(File);
        if (!file.Exists)
        {
            throw new SetupException($"There is no file {file.FullName}.");
        }

        var cost = Money.Zero;
        if (parsed.GetValue(UnitCost) is { } money && !Money.TryParse(money, out cost))
        {
            throw new SetupException($"--unit-cost {money} is not an amount. Write it with at most four places: 11.20.");
        }

        DateOnly? expiresOn = null;
        if (parsed.GetValue(ExpiresOn) is { } date)
        {
            expiresOn = DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                ? day
                : throw new SetupException($"--expires-on {date} is not a date. Write it as 2027-01-31.");
        }

        var command = new ImportBatchCommand
        {
            Owner = Owner,
            IdempotencyKey = parsed.GetValue(Key) ?? "",
            Sku = parsed.GetRequiredValue(Sku),
            UnitCost = cost,
            Currency = parsed.GetValue(Currency),
            Supplier = parsed.GetValue(Supplier),
            PurchaseReference = parsed.GetValue(PurchaseReference),
            ExpiresOn = expiresOn,
        };
        return new ImportRequest(file, FormatOf(file, parsed.GetValue(Format)), command, parsed.GetValue(Errors));
    }

    private static ImportFormat FormatOf(FileInfo file, string? format) => (format ?? file.Extension).ToUpperInvariant() switch
    {
        "CSV" => ImportFormat.Csv,
        "NDJSON" or ".NDJSON" or ".JSONL" => ImportFormat.Ndjson,
        _ when format is null => ImportFormat.Csv,
        _ => throw new SetupException($"--format {format} is not known. Use csv or ndjson."),
    };

    private static async Task<int> RunAsync(ImportRequest request, IServiceProvider services, CancellationToken cancellation)
    {
        var command = request.Command;
        if (command.IdempotencyKey.Length == 0)
        {
            command = command with { IdempotencyKey = await ImportFileKey.OfAsync(request.File, services.GetRequiredService<ICodeProtection>(), cancellation) };
        }

        Result<ImportedBatch> result;
        try
        {
            result = await ImportProgressBar.ShowAsync(request.File.Length, async progress =>
            {
                await using var rows = ImportFormats.Open(request.Format, request.File.OpenRead());
                return await services.GetRequiredService<ImportBatch>().RunAsync(command, rows, progress, cancellation);
            });
        }
        catch (OperationCanceledException)
        {
            return await CommandErrors.RefuseAsync("Stopped. What was imported stays; the same command again goes on from there.");
        }

        catch (NodeLeaseLostException)
        {
            return await CommandErrors.RefuseAsync("This process was stopped for so long that it lost its node number. What was imported stays; the same command again goes on from there.");
        }

        if (result.Refusal is { } refusal)
        {
            return await CommandErrors.RefuseAsync(Explain(refusal, command, services));
        }

        Summarise(result.Value);
        await WriteErrorsAsync(request, result.Value.Batch, services.GetRequiredService<IInventory>(), cancellation);
        return 0;
    }

    private static void Summarise(ImportedBatch imported)
    {
        var batch = imported.Batch;
        var id = PublicId.Format(PublicId.Batch, batch.Id);
        AnsiConsole.WriteLine(imported.IsRepeat ? $"Imported before, as batch {id}; nothing was added." : $"Imported as batch {id}.");
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{batch.Processed:N0} rows: {batch.Accepted:N0} accepted, {batch.Duplicate:N0} duplicate, {batch.Rejected:N0} rejected."));
    }

    private static async Task WriteErrorsAsync(ImportRequest request, Batch batch, IInventory inventory, CancellationToken cancellation)
    {
        if (request.Errors is { } file)
        {
            await using var stream = file.Create();
            await RejectedRowsCsv.WriteAsync(batch.Id, inventory, stream, cancellation);
        }
        else if (batch.Duplicate + batch.Rejected > 0)
        {
            AnsiConsole.WriteLine("The same command with --errors FILE writes the lines that were not taken, and why.");
        }
    }

    private static string Explain(Refusal refusal, ImportBatchCommand command, IServiceProvider services) => refusal.Code switch
    {
        RefusalCode.UnknownSku =>
            $"There is no SKU {command.Sku} in this storage. There are: {string.Join(", ", services.GetRequiredService<ICatalogue>().Current.Skus.Select(sku => sku.Code).Order(StringComparer.Ordinal).Take(20))}. --storage chooses the storage.",
        RefusalCode.IdempotencyMismatch =>
            $"{refusal.Detail} Give the same options as then, or --key with a new key to import the file once more; codes that are known already are not taken twice.",
        RefusalCode.InProgress =>
            "Another import of this file is running, or was killed a few seconds ago. Run the same command again when it has ended, or in a quarter of a minute.",
        _ => refusal.Detail ?? ProblemTexts.English(refusal.Code).Detail,
    };

    private sealed record ImportRequest(FileInfo File, ImportFormat Format, ImportBatchCommand Command, FileInfo? Errors);
}
