using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Batches that a restore took out of sale: the evidence, and the release that has to name it.</summary>
internal static class AdminBatches
{
    public static void MapAdminBatches(this RouteGroupBuilder admin)
    {
        admin.MapGet("/batches/{id}/evidence", EvidenceAsync).WithName("GetBatchEvidence").WithSummary("Shows what is known of a batch that a restore took out of sale.")
            .Refuses(RefusalCode.NotRestored);
        admin.MapPost("/batches/{id}/release", ReleaseAsync).WithName("ReleaseBatch").WithSummary("Puts a restored batch back on sale; names the evidence that was looked at.")
            .Refuses(RefusalCode.NotRestored, RefusalCode.EvidenceOutdated);
    }

    private static async Task<Results<Ok<BatchEvidence>, ProblemResult>> EvidenceAsync(
        string id, ReleaseRestoredBatch release, ICatalogue catalogue, CancellationToken cancellation)
    {
        if (!PublicId.TryParse(PublicId.Batch, id, out var batchId))
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound));
        }

        var evidence = await release.EvidenceAsync(batchId, cancellation);
        return evidence.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(BatchEvidence.Of(evidence.Value, catalogue));
    }

    // Not bound to the request: what was decided is also answered.
    private static async Task<Results<Ok<ReleasedBatch>, ProblemResult>> ReleaseAsync(string id, JsonBody<BatchRelease> body, Caller caller, ReleaseRestoredBatch release)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        if (!PublicId.TryParse(PublicId.Batch, id, out var batchId))
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound));
        }

        var released = await release.RunAsync(batchId, body.Value.Reason, body.Value.Evidence, caller.Actor);
        return released.Refusal is { } refusal
            ? new ProblemResult(refusal)
            : TypedResults.Ok(new ReleasedBatch(id, released.Value.WasFrozen, released.Value.Stock.Available));
    }
}

/// <summary>Why a batch may be sold from again, and which evidence was looked at.</summary>
internal sealed record BatchRelease(string? Reason = null, string? Evidence = null);

/// <summary>A batch that was released; <paramref name="Frozen"/> when an operator had frozen it before the restore.</summary>
internal sealed record ReleasedBatch(string Id, bool Frozen, long Available);

/// <summary>What is known of a restored batch; <paramref name="Evidence"/> is the token that a release names.</summary>
internal sealed record BatchEvidence(
    string Id,
    string? Sku,
    DateTimeOffset RestoredAt,
    DateTimeOffset BackupTakenAt,
    bool WasFrozen,
    long Available,
    long Reserved,
    long Frozen,
    long Delivered,
    long Voided,
    long Expired,
    DateTimeOffset? LastCustodyAt,
    long CustodyFindings,
    IReadOnlyList<DaySales> SalesPerDay,
    string Evidence)
{
    public static BatchEvidence Of(RestoreEvidence evidence, ICatalogue catalogue)
    {
        var (batch, stock) = (evidence.Batch, evidence.Batch.Stock);
        return new BatchEvidence(
            PublicId.Format(PublicId.Batch, batch.BatchId),
            catalogue.Current.Skus.FirstOrDefault(sku => sku.Id == batch.SkuId)?.Code,
            batch.RestoredAt,
            batch.BackupTakenAt,
            batch.WasFrozen,
            stock.Available,
            stock.Reserved,
            stock.Frozen,
            stock.Delivered,
            stock.Voided,
            stock.Expired,
            evidence.LastCustodyAt,
            evidence.Findings,
            evidence.Sales,
            evidence.Token);
    }
}
