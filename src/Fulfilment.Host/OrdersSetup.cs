using Fulfilment.Core.AfterSales;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Sandbox;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>Order intake and what follows it.</summary>
internal static class OrdersSetup
{
    public static IServiceCollection AddOrders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(Options(configuration));
        services.AddSingleton<IOrderStore, OrderStore>();
        services.AddSingleton<IOrderOverview, OrderOverview>();
        services.AddSingleton<IRevealStore, RevealStore>();
        services.AddSingleton<IBenefitStore, BenefitStore>().AddSingleton<SearchBenefits>();
        services.AddSingleton<CustodyChain>();
        services.AddSingleton<WorkSignal>().AddSingleton<OrderEnds>();
        services.AddSingleton<IntakeDecision>();
        services.AddSingleton<OrderIntake>();
        services.AddSingleton<PlaceOrder>();
        services.AddSingleton<OrderPresenter>();
        services.AddSingleton<RevealOrder>();
        services.AddSingleton<SettleHeldOrder>().AddSingleton<CancelOrder>().AddSingleton<AwaitOrder>();
        services.AddSingleton<CloseUnits>();
        services.AddAfterSales();
        services.AddJob<SettleHeldOrder>(RecurringJobs.HeldOrders, "held orders ran out of time and were cancelled", async (held, stop) => await held.CancelDueAsync(stop));
        services.AddSingleton<ISandboxStore, SandboxStore>();
        services.AddSingleton<ISandboxCaseStore, SandboxCaseStore>();
        services.AddSingleton<PlaceSandboxOrder>();
        services.AddSingleton<RequestSandboxAfterSales>();
        services.AddSingleton<SandboxPresenter>();
        services.AddSingleton<ForgetSandboxOrders>().AddJob<ForgetSandboxOrders>(RecurringJobs.Sandbox, "sandbox orders were deleted", (forget, stop) => forget.RunAsync(stop));
        return services;
    }

    private static void AddAfterSales(this IServiceCollection services)
    {
        services.AddSingleton<IBadCardStore, BadCardStore>();
        services.AddSingleton<CompleteCase>();
        services.AddSingleton<RequestAfterSales>();
        services.AddSingleton<DecideAfterSales>();
        services.AddSingleton<ReportBadCard>();
    }

    private static IntakeOptions Options(IConfiguration configuration)
    {
        var defaults = new IntakeOptions();
        return new IntakeOptions(
            Settings.AboveZero(configuration, "Intake:QueueLimit", defaults.QueueLimit),
            Settings.AboveZero(configuration, "Intake:GroupLimit", defaults.GroupLimit));
    }
}
