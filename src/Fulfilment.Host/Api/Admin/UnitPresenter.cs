using System.Text.Json;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Shows units to operators: recipients masked, but to whoever has taken the unit and has to deliver to them.</summary>
internal sealed class UnitPresenter(ICatalogue catalogue, IPersonalDataProtection people)
{
    public UnitListView Show(OverviewUnit unit) => new(
        PublicId.Format(PublicId.Unit, unit.Id),
        PublicId.Format(PublicId.Order, unit.OrderId),
        catalogue.Current.Storefronts.FirstOrDefault(storefront => storefront.Id == unit.StorefrontId)?.Code,
        catalogue.Current.FindSku(unit.SkuId)?.Code,
        unit.State,
        unit.Price,
        unit.Currency,
        unit.Recipient is { } recipient ? RecipientMask.Mask(people.Reveal(unit.LineId, recipient)) : null,
        IdGenerator.TimeOf(unit.OrderId),
        Time(unit.DueAtMs),
        unit.ByHand,
        SupplierOf(unit.SupplierId, catalogue),
        unit.Lease?.TakenBy,
        Time(unit.Lease?.UntilMs),
        unit.PendingDecisionId is { } decision ? PublicId.Format(PublicId.Decision, decision) : null);

    public TakenUnitView ShowTaken(OverviewUnit unit, UnitLease lease) => new(
        PublicId.Format(PublicId.Unit, unit.Id),
        PublicId.Format(PublicId.Order, unit.OrderId),
        catalogue.Current.FindSku(unit.SkuId)?.Code,
        unit.Price,
        unit.Currency,
        unit.Recipient is { } recipient ? people.Reveal(unit.LineId, recipient) : null,
        unit.Inputs is { } inputs ? JsonSerializer.Deserialize(people.Reveal(unit.InputsOwner, inputs), OrderJson.Default.DictionaryStringString) : null,
        DateTimeOffset.FromUnixTimeMilliseconds(lease.UntilMs));

    public UnitDetailView Show(ShownUnit shown)
    {
        var answers = shown.Answers.ToLookup(answer => answer.Answer.AttemptId);
        return new UnitDetailView(
            Show(shown.History.Unit),
            [.. shown.History.Attempts.Select(attempt => Show(attempt, answers[attempt.Id]))],
            [.. shown.History.Decisions.Select(decision => DecisionView.Of(decision, catalogue))]);
    }

    public static string? SupplierOf(long? id, ICatalogue catalogue) => catalogue.Current.Suppliers.FirstOrDefault(supplier => supplier.Id == id)?.Code;

    public static DateTimeOffset? Time(long? ms) => ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;

    private AttemptView Show(Attempt attempt, IEnumerable<ShownAnswer> answers) => new(
        PublicId.Format(PublicId.Attempt, attempt.Id),
        SupplierOf(attempt.SupplierId, catalogue),
        attempt.SupplierSku,
        attempt.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
        attempt.State,
        attempt.UnitCost,
        attempt.Currency,
        attempt.CreatedAt,
        DateTimeOffset.FromUnixTimeMilliseconds(attempt.SendBeforeMs),
        Time(attempt.QueriedAtMs),
        attempt.Queries,
        attempt.Receipt,
        attempt.Reason,
        Time(attempt.DecidedAtMs),
        [.. answers.Select(answer => new AnswerView(IdGenerator.TimeOf(answer.Answer.Id), (AnswerSource)answer.Answer.Source, answer.Answer.Status, answer.Text))]);
}
