using System.Globalization;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace Fulfilment.Host.Api;

/// <summary>
/// <c>POST /v1/inventory/batches</c>. The body is processed while it streams, without a limit to its length. When it breaks off, what was
/// stored stays, and the same upload with the same key goes on from there.
/// </summary>
internal static class BatchUpload
{
    /// <summary>What the OpenAPI document says about the body.</summary>
    public static StreamBodyMetadata Body { get; } = new(ImportFormats.MediaTypes);

    /// <summary>What it may be refused with, beside what every call may.</summary>
    public static RefusalCode[] Refusals { get; } =
    [
        RefusalCode.InvalidRequest, RefusalCode.UnsupportedMediaType, RefusalCode.UnknownSku, RefusalCode.IdempotencyMismatch, RefusalCode.InProgress,
        RefusalCode.BatchRecalled,
    ];

    private static readonly Refusal Stopping = new(RefusalCode.Overloaded, Detail: "The host is stopping. What was stored stays; send the same again with the same key.");

    public static async Task<Results<Created<BatchView>, Ok<BatchView>, Ok<DryRunView>, ProblemResult>> ImportAsync(
        string? sku,
        string? unitCost,
        string? currency,
        string? supplier,
        string? purchaseReference,
        string? terms,
        string? expiresOn,
        string? dryRun,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        Caller caller,
        HttpContext http,
        Importers importers)
    {
        if (QueryNames.Check(http.Request.Query, "sku", "unitCost", "currency", "supplier", "purchaseReference", "terms", "expiresOn", "dryRun") is { } unknown)
        {
            return new ProblemResult(unknown);
        }

        var read = Read(sku, unitCost, terms, expiresOn);
        if (read.Refusal is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (dryRun is not (null or "true" or "false"))
        {
            return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "dryRun", "true or false."));
        }

        var command = read.Value with
        {
            Owner = caller.Owner.ToString(),
            IdempotencyKey = idempotencyKey ?? "",
            Currency = currency,
            Supplier = supplier,
            BoundSupplier = caller.Owner.Kind == KeyOwnerKind.Supplier ? caller.Owner.Code : null,
            PurchaseReference = purchaseReference,
        };
        if (Format(http.Request, out var encoding) is not { } format)
        {
            return new ProblemResult(new Refusal(
                RefusalCode.UnsupportedMediaType, Detail: $"Send Content-Type: {string.Join(" or ", ImportFormats.MediaTypes)}, in UTF-8 or GB18030, without Content-Encoding."));
        }

        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, importers.Lifetime.ApplicationStopping);
        try
        {
            await using var rows = ImportFormats.Open(format, http.Request.Body, encoding);
            return dryRun == "true" ? await ForecastAsync(command, rows, importers, end.Token) : await RunAsync(command, rows, importers, end.Token);
        }
        catch (OperationCanceledException) when (importers.Lifetime.ApplicationStopping.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            return new ProblemResult(Stopping);
        }
    }

    private static async Task<Results<Created<BatchView>, Ok<BatchView>, Ok<DryRunView>, ProblemResult>> RunAsync(
        ImportBatchCommand command, ICardKeyRowReader rows, Importers importers, CancellationToken end)
    {
        var result = await importers.Import.RunAsync(command, rows, progress: null, end);
        if (result.Refusal is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var view = BatchView.Of(result.Value.Batch, importers.Catalogue);
        return result.Value.IsRepeat ? TypedResults.Ok(view) : TypedResults.Created($"/v1/inventory/batches/{view.Id}", view);
    }

    private static async Task<Results<Created<BatchView>, Ok<BatchView>, Ok<DryRunView>, ProblemResult>> ForecastAsync(
        ImportBatchCommand command, ICardKeyRowReader rows, Importers importers, CancellationToken end)
    {
        var result = await importers.Forecast.RunAsync(command, rows, progress: null, end);
        return result.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(DryRunView.Of(command.Sku, result.Value));
    }

    private static Result<ImportBatchCommand> Read(string? sku, string? unitCost, string? terms, string? expiresOn)
    {
        if (string.IsNullOrEmpty(sku))
        {
            return new Refusal(RefusalCode.InvalidRequest, "sku", "Say which SKU: ?sku=CODE.");
        }

        Money? cost = null;
        if (unitCost is not null)
        {
            if (!Money.TryParse(unitCost, out var parsed))
            {
                return new Refusal(RefusalCode.InvalidRequest, "unitCost", "A decimal with at most four places and no sign: 12.50.");
            }

            cost = parsed;
        }

        BatchTerms? agreed = null;
        if (terms is not null)
        {
            if (!EnumNameConverter.TryParse<BatchTerms>(terms, out var parsed))
            {
                return new Refusal(RefusalCode.InvalidRequest, "terms", "purchased or consigned.");
            }

            agreed = parsed;
        }

        DateOnly? day = null;
        if (expiresOn is not null)
        {
            if (!DateOnly.TryParseExact(expiresOn, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed))
            {
                return new Refusal(RefusalCode.InvalidRequest, "expiresOn", "A date: 2027-01-31.");
            }

            day = parsed;
        }

        return new ImportBatchCommand { Owner = "", IdempotencyKey = "", Sku = sku, UnitCost = cost, Terms = agreed, ExpiresOn = day };
    }

    private static ImportFormat? Format(HttpRequest request, out TextEncoding? encoding)
    {
        encoding = null;
        if (request.Headers.ContentEncoding.Count > 0
            || !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !ImportFormats.TryReadEncoding(type.Charset.HasValue ? HeaderUtilities.RemoveQuotes(type.Charset).Value : null, out encoding))
        {
            return null;
        }

        return ImportFormats.Of(type.MediaType.Value ?? "");
    }
}

/// <summary>What an upload needs of the engine.</summary>
internal sealed record Importers(ImportBatch Import, ForecastImport Forecast, ICatalogue Catalogue, IHostApplicationLifetime Lifetime);

/// <summary>Tells the OpenAPI document that an endpoint reads its body as a stream of one of these types.</summary>
internal sealed record StreamBodyMetadata(IReadOnlyList<string> MediaTypes);
