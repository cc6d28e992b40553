using System.Globalization;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Host.Api.Callers;
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
    ];

    private static readonly Refusal Stopping = new(RefusalCode.Overloaded, Detail: "The host is stopping. What was stored stays; send the same again with the same key.");

    public static async Task<Results<Created<BatchView>, Ok<BatchView>, ProblemResult>> ImportAsync(
        string? sku,
        string? unitCost,
        string? currency,
        string? supplier,
        string? purchaseReference,
        string? expiresOn,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        Caller caller,
        HttpContext http,
        ImportBatch import,
        ICatalogue catalogue,
        IHostApplicationLifetime lifetime)
    {
        if (QueryNames.Check(http.Request.Query, "sku", "unitCost", "currency", "supplier", "purchaseReference", "expiresOn") is { } unknown)
        {
            return new ProblemResult(unknown);
        }

        var read = Read(sku, unitCost, expiresOn);
        if (read.Refusal is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var command = read.Value with
        {
            Owner = caller.Owner.ToString(),
            IdempotencyKey = idempotencyKey ?? "",
            Currency = currency,
            Supplier = supplier,
            PurchaseReference = purchaseReference,
        };
        if (Format(http.Request) is not { } format)
        {
            return new ProblemResult(new Refusal(
                RefusalCode.UnsupportedMediaType, Detail: $"Send Content-Type: {string.Join(" or ", ImportFormats.MediaTypes)}, in UTF-8, without Content-Encoding."));
        }

        return await RunAsync(command, format, http, import, catalogue, lifetime);
    }

    private static async Task<Results<Created<BatchView>, Ok<BatchView>, ProblemResult>> RunAsync(
        ImportBatchCommand command, ImportFormat format, HttpContext http, ImportBatch import, ICatalogue catalogue, IHostApplicationLifetime lifetime)
    {
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await using var rows = ImportFormats.Open(format, http.Request.Body);
            var result = await import.RunAsync(command, rows, progress: null, end.Token);
            if (result.Refusal is { } refusal)
            {
                return new ProblemResult(refusal);
            }

            var view = BatchView.Of(result.Value.Batch, catalogue);
            return result.Value.IsRepeat ? TypedResults.Ok(view) : TypedResults.Created($"/v1/inventory/batches/{view.Id}", view);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            return new ProblemResult(Stopping);
        }
    }

    private static Result<ImportBatchCommand> Read(string? sku, string? unitCost, string? expiresOn)
    {
        if (string.IsNullOrEmpty(sku))
        {
            return new Refusal(RefusalCode.InvalidRequest, "sku", "Say which SKU: ?sku=CODE.");
        }

        var cost = Money.Zero;
        if (unitCost is not null && !Money.TryParse(unitCost, out cost))
        {
            return new Refusal(RefusalCode.InvalidRequest, "unitCost", "A decimal with at most four places and no sign: 12.50.");
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

        return new ImportBatchCommand { Owner = "", IdempotencyKey = "", Sku = sku, UnitCost = cost, ExpiresOn = day };
    }

    private static ImportFormat? Format(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0
            || !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || (type.Charset.HasValue && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        return ImportFormats.Of(type.MediaType.Value ?? "");
    }
}

/// <summary>Tells the OpenAPI document that an endpoint reads its body as a stream of one of these types.</summary>
internal sealed record StreamBodyMetadata(IReadOnlyList<string> MediaTypes);
