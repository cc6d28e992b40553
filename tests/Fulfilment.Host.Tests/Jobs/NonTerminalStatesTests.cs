using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Reconciliation;
using Fulfilment.Core.Webhooks;
using Fulfilment.Host.Tests.Docs;

namespace Fulfilment.Host.Tests.Jobs;

/// <summary>
/// Promise 6: nothing stays in a state that is not final without something that looks at it again. A state that is added has to be added here, with who looks at
/// it: a recurring job, the worker over due units, or people, who find it in a list of the API.
/// </summary>
public sealed class NonTerminalStatesTests
{
    private const string Worker = "worker";

    private static readonly Dictionary<Enum, string[]> Looks = new()
    {
        [OrderStatus.Held] = [RecurringJobs.HeldOrders.Name, "POST /v1/admin/orders/{id}/release"],
        [OrderStatus.Processing] = [RecurringJobs.OpenOrders.Name],

        // Final for the storefront; after-sales may still give money back, or an operator send failed units once more.
        [OrderStatus.Fulfilled] = [],
        [OrderStatus.PartiallyFulfilled] = [],
        [OrderStatus.Failed] = [],
        [OrderStatus.Cancelled] = [],

        [UnitState.Pending] = [Worker, RecurringJobs.OpenOrders.Name],
        [UnitState.Reserved] = [RecurringJobs.HeldOrders.Name],
        [UnitState.Processing] = [Worker, RecurringJobs.OpenOrders.Name],
        [UnitState.Unknown] = [Worker, RecurringJobs.OpenOrders.Name, "GET /v1/admin/unknowns"],
        [UnitState.Manual] = [RecurringJobs.OpenOrders.Name, "GET /v1/admin/units"],
        [UnitState.Delivered] = [],
        [UnitState.Failed] = ["GET /v1/admin/units"],

        // An attempt goes with its unit, whose due time is that of the next question.
        [AttemptState.Submitted] = [Worker, RecurringJobs.OpenOrders.Name],
        [AttemptState.Processing] = [Worker, RecurringJobs.OpenOrders.Name],
        [AttemptState.Unknown] = [Worker, RecurringJobs.OpenOrders.Name],

        [UnitDecisionStatus.PendingApproval] = ["GET /v1/admin/decisions"],
        [AfterSalesStatus.PendingApproval] = ["GET /v1/admin/after-sales"],
        [DiscrepancyStatus.Open] = ["GET /v1/admin/discrepancies"],
        [DiscrepancyStatus.PendingApproval] = ["GET /v1/admin/discrepancies"],
        [AlertStatus.Open] = ["GET /v1/admin/alerts"],
        [AlertStatus.Acknowledged] = ["GET /v1/admin/alerts"],

        // Open as long as its order is, and posted or voided with it.
        [HoldState.Open] = [RecurringJobs.HeldOrders.Name, RecurringJobs.OpenOrders.Name, RecurringJobs.CheckLedger.Name],

        // What is in can be sold; the rest comes when whoever imports sends it again.
        [BatchStatus.Importing] = ["GET /v1/inventory/batches"],
        [BatchStatus.AwaitingApproval] = ["GET /v1/inventory/batches"],
        [BatchStatus.Completed] = [RecurringJobs.Expiry.Name],
        [BatchStatus.Failed] = [RecurringJobs.WithdrawnBatches.Name],
        [BatchStatus.Recalled] = [RecurringJobs.WithdrawnBatches.Name],

        // The worker of webhooks looks at due deliveries of active endpoints; a paused endpoint waits for somebody to resume it, and an alert says so.
        [DeliveryState.Waiting] = [Worker, RecurringJobs.WebhookEvents.Name],
        [DeliveryState.Delivered] = [RecurringJobs.WebhookEvents.Name],
        [DeliveryState.Failed] = [RecurringJobs.WebhookEvents.Name],
        [EndpointState.Active] = [Worker],
        [EndpointState.Paused] = ["GET /v1/admin/webhook-endpoints", "GET /v1/admin/alerts"],

        [CardKeyState.Available] = [RecurringJobs.Expiry.Name],
        [CardKeyState.Reserved] = [RecurringJobs.HeldOrders.Name],
        [CardKeyState.Frozen] = [RecurringJobs.Expiry.Name, "GET /v1/inventory/stock"],
    };

    private static readonly IReadOnlyList<Enum> NonTerminal =
    [
        .. Open(OrderStates.Orders), .. Open(OrderStates.Units), .. Open(Attempt.States), .. Open(UnitDecision.States), .. Open(AfterSalesCase.States),
        .. Open(AlertStates.Table), .. Open(Discrepancy.States), .. Open(CardKeyStates.Table), .. Open(WebhookStates.Endpoints), .. Open(WebhookStates.Deliveries),

        // These have no table of transitions.
        HoldState.Open, .. Enum.GetValues<BatchStatus>().Cast<Enum>(),
    ];

    [Fact]
    public void EveryNonTerminalState_IsLookedAtBySomething() =>
        Assert.Equal(NonTerminal.Select(Name).Order(StringComparer.Ordinal), Looks.Keys.Select(Name).Order(StringComparer.Ordinal));

    [Fact]
    public void WhoeverLooks_IsThere()
    {
        var known = RecurringJobs.All.Select(job => job.Name).Concat(ApiPage.Read().Operations.Keys).Append(Worker).ToHashSet(StringComparer.Ordinal);

        Assert.All(Looks.SelectMany(look => look.Value), name => Assert.Contains(name, known));
    }

    /// <summary>Every state of every kind of record is in a table of transitions, or is named above: an enumeration that is added has to be thought of.</summary>
    [Fact]
    public void EveryKindOfRecordWithStates_IsThoughtOf()
    {
        var kinds = typeof(OrderStatus).Assembly.GetExportedTypes()
            .Where(type => type.IsEnum && (type.Name.EndsWith("Status", StringComparison.Ordinal) || type.Name.EndsWith("State", StringComparison.Ordinal)));

        Assert.Empty(kinds.Except(Looks.Keys.Select(state => state.GetType())));
    }

    private static IEnumerable<Enum> Open<T>(StateTable<T> table)
        where T : struct, Enum =>
        Enum.GetValues<T>().Where(state => !table.Terminal.Contains(state)).Cast<Enum>();

    private static string Name(Enum state) => $"{state.GetType().Name}.{state}";
}
