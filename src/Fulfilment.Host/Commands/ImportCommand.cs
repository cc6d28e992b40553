using System.CommandLine;
using System.Globalization;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;
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
        Description = "CSV or NDJSON, in UTF-8 or GB18030, or an Excel workbook (.xlsx, .xls), with number, secret and expiresOn; only secret is required. The header is optional; 卡号 密码/卡密 有效期 are understood.",
    };

    private static readonly Option<string?> Sku = new("--sku") { Description = "The SKU the codes are of; required unless --sold.", HelpName = "CODE" };
    private static readonly Option<string?> UnitCost = new("--unit-cost") { Description = "What one code cost, for example 11.20. Default: as agreed with the supplier, else 0.", HelpName = "MONEY" };
    private static readonly Option<string?> Currency = new("--currency") { Description = "The currency of the cost. Default: as agreed with the supplier, else the SKU's.", HelpName = "CNY" };
    private static readonly Option<string?> Terms = new("--terms") { Description = "purchased (owed from now on) or consigned (owed when sold). Default: as agreed with the supplier, else purchased.", HelpName = "TERMS" };
    private static readonly Option<string?> Supplier = new("--supplier") { Description = "Who sold the codes to you.", HelpName = "NAME" };
    private static readonly Option<string?> PurchaseReference = new("--purchase-reference") { Description = "The purchase's number in your books.", HelpName = "TEXT" };
    private static readonly Option<string?> ExpiresOn = new("--expires-on") { Description = "Last day of codes without a date of their own: 2027-01-31. Default: never.", HelpName = "DATE" };
    private static readonly Option<string?> Format = new("--format") { Description = "csv or ndjson. Default: ndjson for .ndjson and .jsonl, else csv.", HelpName = "FORMAT" };
    private static readonly Option<string?> Sheet = new("--sheet") { Description = "The sheet of a workbook. Default: the first.", HelpName = "NAME" };
    private static readonly Option<string?> Encoding = new("--encoding") { Description = "utf-8 or gb18030. Default: found out from the file.", HelpName = "NAME" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Reads the file, says what an import would take and how the first rows are understood, and stores nothing." };
    private static readonly Option<bool> Sold = new("--sold") { Description = "The codes were sold elsewhere: keeps their fingerprints, so that none of them is ever sold here, and voids those in stock. The codes are not stored." };

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
            File, Sku, UnitCost, Currency, Terms, Supplier, PurchaseReference, ExpiresOn, Format, Sheet, Encoding, Key, Errors, DryRun, Sold,
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

        if (string.IsNullOrEmpty(parsed.GetValue(Sku)) == !parsed.GetValue(Sold))
        {
            throw new SetupException("Say with --sku which SKU the codes are of, or with --sold, and without --sku, that they were sold elsewhere.");
        }

        Money? cost = null;
        if (parsed.GetValue(UnitCost) is { } money)
        {
            cost = Money.TryParse(money, out var amount) ? amount : throw new SetupException($"--unit-cost {money} is not an amount. Write it with at most four places: 11.20.");
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
            Sku = parsed.GetValue(Sku) ?? "",
            UnitCost = cost,
            Currency = parsed.GetValue(Currency),
            Terms = TermsOf(parsed.GetValue(Terms)),
            Supplier = parsed.GetValue(Supplier),
            PurchaseReference = parsed.GetValue(PurchaseReference),
            ExpiresOn = expiresOn,
        };
        if (!ImportFormats.TryReadEncoding(parsed.GetValue(Encoding), out var encoding))
        {
            throw new SetupException($"--encoding {parsed.GetValue(Encoding)} is not known. Use utf-8 or gb18030.");
        }

        return new ImportRequest(file, FormatOf(file, parsed.GetValue(Format)), encoding, command, parsed.GetValue(Errors), parsed.GetValue(DryRun), parsed.GetValue(Sold), parsed.GetValue(Sheet));
    }

    private static BatchTerms? TermsOf(string? terms) => terms switch
    {
        null => null,
        "purchased" => BatchTerms.Purchased,
        "consigned" => BatchTerms.Consigned,
        _ => throw new SetupException($"--terms {terms} is not known. Use purchased or consigned."),
    };

    private static ImportFormat FormatOf(FileInfo file, string? format) => (format ?? file.Extension).ToUpperInvariant() switch
    {
        "CSV" => ImportFormat.Csv,
        "NDJSON" or ".NDJSON" or ".JSONL" => ImportFormat.Ndjson,
        _ when format is null => ImportFormat.Csv,
        _ => throw new SetupException($"--format {format} is not known. Use csv or ndjson."),
    };

    private static async Task<int> RunAsync(ImportRequest request, IServiceProvider services, CancellationToken cancellation)
    {
        if (request.Sold)
        {
            return await RegisterSoldAsync(request, services, cancellation);
        }

        if (request.DryRun)
        {
            return await ForecastAsync(request, services, cancellation);
        }

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
                await using var rows = request.Open();
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

    private static async Task<int> ForecastAsync(ImportRequest request, IServiceProvider services, CancellationToken cancellation)
    {
        var result = await ImportProgressBar.ShowAsync(request.File.Length, async progress =>
        {
            await using var rows = request.Open();
            return await services.GetRequiredService<ForecastImport>().RunAsync(request.Command, rows, progress, cancellation);
        });
        if (result.Refusal is { } refusal)
        {
            return await CommandErrors.RefuseAsync(Explain(refusal, request.Command, services));
        }

        ForecastText.Write(request.Command.Sku, result.Value);
        return 0;
    }

    private static async Task<int> RegisterSoldAsync(ImportRequest request, IServiceProvider services, CancellationToken cancellation)
    {
        var result = await ImportProgressBar.ShowAsync(request.File.Length, async progress =>
        {
            await using var rows = request.Open();
            return await services.GetRequiredService<RegisterSoldCodes>().RunAsync(rows, EngineCommand.Actor, progress, cancellation);
        });
        if (result.Refusal is { } refusal)
        {
            return await CommandErrors.RefuseAsync(Explain(refusal, request.Command, services));
        }

        SoldCodesText.Write(result.Value);
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
        if (batch.Status == BatchStatus.AwaitingApproval)
        {
            AnsiConsole.WriteLine($"Cost, currency or terms are not what is agreed with {batch.Details.Supplier}: nothing is sold until an operator approves it, with POST /v1/admin/batches/{id}/approve.");
        }
        else if (batch.Restored)
        {
            AnsiConsole.WriteLine($"Nothing of it is sold until you release it, because batches wait since a restore and the file may have been sold from since the backup: batches evidence {id}, then batches release.");
        }
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
        RefusalCode.BatchRecalled => "The batch was recalled or rejected meanwhile. What was imported of it is not sold.",
        RefusalCode.InProgress =>
            "Another import of this file is running, or was killed a few seconds ago. Run the same command again when it has ended, or in a quarter of a minute.",
        _ => refusal.Detail ?? ProblemTexts.English(refusal.Code).Detail,
    };

    private sealed record ImportRequest(FileInfo File, ImportFormat Format, TextEncoding? Encoding, ImportBatchCommand Command, FileInfo? Errors, bool DryRun, bool Sold, string? Sheet)
    {
        public ICardKeyRowReader Open() =>
            ExcelSheet.IsWorkbook(File) ? new SheetRowReader(ExcelSheet.Open(File, Sheet)) : ImportFormats.Open(Format, File.OpenRead(), Encoding);
    }
}
