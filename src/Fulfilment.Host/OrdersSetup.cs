using System.Globalization;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Sandbox;
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
        services.AddSingleton<IRevealStore, RevealStore>();
        services.AddSingleton<CustodyChain>();
        services.AddSingleton<IntakeDecision>();
        services.AddSingleton<OrderIntake>();
        services.AddSingleton<PlaceOrder>();
        services.AddSingleton<OrderPresenter>();
        services.AddSingleton<RevealOrder>();
        services.AddSingleton<SettleHeldOrder>();
        services.AddSingleton<HeldOrderWatch>();
        services.AddLoop(provider => provider.GetRequiredService<HeldOrderWatch>().RunAsync);
        services.AddSingleton<ISandboxStore, SandboxStore>();
        services.AddSingleton<PlaceSandboxOrder>();
        services.AddSingleton<SandboxPresenter>();
        services.AddSingleton<SandboxWatch>();
        services.AddLoop(provider => provider.GetRequiredService<SandboxWatch>().RunAsync);
        return services;
    }

    private static IntakeOptions Options(IConfiguration configuration)
    {
        var defaults = new IntakeOptions();
        return new IntakeOptions(
            Limit(configuration, "Intake:QueueLimit", defaults.QueueLimit),
            Limit(configuration, "Intake:GroupLimit", defaults.GroupLimit));
    }

    private static int Limit(IConfiguration configuration, string setting, int normal)
    {
        var text = configuration[setting];
        if (string.IsNullOrEmpty(text))
        {
            return normal;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0
            ? limit
            : throw new SetupException($"{setting} = \"{text}\" is not a number above zero. Leave it out for {normal}.");
    }
}
