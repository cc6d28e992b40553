using System.Text.Json.Serialization;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Privacy;

namespace Fulfilment.Core.Orders;

/// <summary>Answers the support desk's question: what was this person given, and what became of it? Recipients are shown masked and codes never.</summary>
public sealed class SearchBenefits(IBenefitStore store, ICatalogue catalogue, IPersonalDataProtection people)
{
    /// <summary>A page of the person's units of this storefront; or <see cref="RefusalCode.InvalidRequest"/>.</summary>
    public async Task<Result<BenefitPage>> RunAsync(long storefrontId, BenefitSearch search, BenefitPosition? after, int limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(search);
        var person = Person.Read(search.Recipient, search.BuyerReference, people);
        if (person.Refusal is { } refusal)
        {
            return refusal;
        }

        var found = await store.FindAsync(storefrontId, person.Value, after, limit + 1, cancellation).ConfigureAwait(false);
        var page = found.Take(limit).ToList();
        BenefitPosition? next = found.Count > limit ? new BenefitPosition(page[^1].OrderId, page[^1].UnitId) : null;
        return new BenefitPage([.. page.Select(Show)], next);
    }

    private BenefitView Show(StoredBenefit unit) => new(
        PublicId.Format(PublicId.Order, unit.OrderId),
        unit.ClientReference,
        PublicId.Format(PublicId.Line, unit.LineId),
        PublicId.Format(PublicId.Unit, unit.UnitId),
        catalogue.Current.FindSku(unit.SkuId)?.Code ?? throw new InvalidOperationException($"SKU {unit.SkuId} is in an order and not in the catalogue."),
        unit.Recipient is { } recipient ? RecipientMask.Mask(people.Reveal(unit.LineId, recipient)) : null,
        unit.State,
        unit is { State: UnitState.Delivered, ExpiresOn: { } day } ? ExpiryDay.ToDate(day) : null,
        unit.DeliveredAtMs is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null,
        unit.ReplacesUnitId is { } replaced ? PublicId.Format(PublicId.Unit, replaced) : null);
}

/// <summary>The body of <c>POST /v1/benefits/search</c>: exactly one of the two.</summary>
public sealed record BenefitSearch
{
    /// <summary>The account that received benefits.</summary>
    public string? Recipient { get; init; }

    /// <summary>The storefront's own number for the buyer.</summary>
    public string? BuyerReference { get; init; }

    /// <summary>Prints nothing.</summary>
    public override string ToString() => nameof(BenefitSearch);
}

/// <summary>A page of benefits.</summary>
/// <param name="Units">Newest first.</param>
/// <param name="Next">Where the list goes on; null at its end.</param>
public sealed record BenefitPage(IReadOnlyList<BenefitView> Units, BenefitPosition? Next);

/// <summary>A unit of a person as the API shows it.</summary>
/// <param name="OrderId"><c>ord_…</c></param>
/// <param name="ClientReference">The storefront's number of the order.</param>
/// <param name="LineId"><c>lin_…</c></param>
/// <param name="UnitId"><c>unt_…</c></param>
/// <param name="Sku">The SKU's code.</param>
/// <param name="Recipient">Masked.</param>
/// <param name="Status">Where the unit stands.</param>
/// <param name="ExpiresOn">The last day of a delivered code.</param>
/// <param name="DeliveredAt">When the benefit was given.</param>
/// <param name="ReplacesUnitId">The unit whose place it took.</param>
public sealed record BenefitView(
    string OrderId, string ClientReference, string LineId, string UnitId, string Sku, string? Recipient, UnitState Status, DateOnly? ExpiresOn,
    DateTimeOffset? DeliveredAt, string? ReplacesUnitId)
{
    /// <summary>Whether it is play: of an order made with a test key. Left out of real ones.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Sandbox { get; init; }
}
