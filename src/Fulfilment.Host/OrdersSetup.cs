using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;

namespace Fulfilment.Host;

/// <summary>Order intake and what follows it.</summary>
internal static class OrdersSetup
{
    public static IServiceCollection AddOrders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(Options(configuration));
        services.AddSingleton<IIntakeStore, SqliteIntakeStore>();
        services.AddSingleton<IHeldOrderStore, SqliteHeldOrderStore>();
        services.AddSingleton<IOrderStore, OrderStore>();
        services.AddSingleton<IOrderOverview, OrderOverview>();
        services.AddSingleton<CustodyChain>();
        services.AddSingleton<IntakeDecision>();
        services.AddSingleton<OrderIntake>();
        services.AddSingleton<PlaceOrder>();
        services.AddSingleton<OrderPresenter>();
        services.AddSingleton<RevealOrder>();
        services.AddSingleton<SettleHeldOrder>();
        services.AddSingleton<HeldOrderWatch>();
        services.AddLoop(provider => provider.GetRequiredService<HeldOrderWatch>().RunAsync);
        return services;
    }

    private static IntakeOptions Options(IConfiguration configuration)
    {
        var defaults = new IntakeOptions();
        return new IntakeOptions(
            configuration.GetValue("Intake:QueueLimit", defaults.QueueLimit),
            configuration.GetValue("Intake:GroupLimit", defaults.GroupLimit)) is { QueueLimit: > 0, GroupLimit: > 0 } options
            ? options
            : throw new SetupException("Intake:QueueLimit and Intake:GroupLimit are numbers above zero. Leave them out for the defaults.");
    }
}
