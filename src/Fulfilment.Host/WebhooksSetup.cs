using Fulfilment.Core.Jobs;
using Fulfilment.Core.Webhooks;
using Fulfilment.Host.Jobs;
using Fulfilment.Infrastructure.Http;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Fulfilment.Host;

/// <summary>Webhooks to storefronts.</summary>
internal static class WebhooksSetup
{
    private const string AllowPrivate = "Webhooks:AllowPrivateAddresses", MostAtOnce = "Webhooks:MostAtOnce", MostPerEndpoint = "Webhooks:MostPerEndpoint",
        MostEndpoints = "Webhooks:MostEndpoints", KeepDays = "Webhooks:KeepDays", LookEvery = "Webhooks:PollMilliseconds";

    public static IServiceCollection AddWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        var defaults = WebhookOptions.Default;
        services.AddSingleton(new WebhookOptions(
            Settings.AboveZero(configuration, MostAtOnce, defaults.MostAtOnce),
            Settings.AboveZero(configuration, MostPerEndpoint, defaults.MostPerEndpoint),
            Settings.AboveZero(configuration, MostEndpoints, defaults.MostEndpoints),
            ReadKeepDays(configuration, defaults.KeepDays),
            TimeSpan.FromMilliseconds(Settings.AboveZero(configuration, LookEvery, defaults.LookEvery.TotalMilliseconds))));
        services.TryAddSingleton<IWebhookSender>(provider => new WebhookSender(
            new PublicAddressGuard(configuration.GetValue(AllowPrivate, false)), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IWebhookVault, WebhookVault>().AddSingleton<IWebhookEndpointStore, WebhookEndpointStore>().AddSingleton<IWebhookDeliveryStore, WebhookDeliveryStore>();
        services.AddSingleton(_ => new RetrySchedule(Random.Shared)).AddSingleton<DeliverWebhook>();
        services.AddSingleton<RegisterEndpoint>().AddSingleton<RotateWebhookSecret>().AddSingleton<ReplayEvents>().AddSingleton<ResumeEndpoint>().AddSingleton<TestEndpoint>();
        services.AddSingleton<PruneEvents>().AddJob<PruneEvents>(RecurringJobs.WebhookEvents, "rows of events for storefronts were deleted", (prune, stopping) => prune.RunAsync(stopping));
        services.AddSingleton<IStorefrontEvents, StorefrontEvents>().AddSingleton<ILowAccounts, LowAccounts>();
        services.AddSingleton<WatchAccounts>().AddJob<WatchAccounts>(RecurringJobs.LowAccounts, "storefronts were told that their money runs low", (watch, stopping) => watch.RunAsync(stopping));
        return services;
    }

    /// <summary>Lets this node send.</summary>
    public static IServiceCollection AddWebhookWorker(this IServiceCollection services)
    {
        services.AddSingleton<WebhookWorker>();
        services.AddLoop(provider => provider.GetRequiredService<WebhookWorker>().RunAsync);
        return services;
    }

    // Shorter, and events would go that are still tried: nobody would hear of an endpoint that is down.
    private static int ReadKeepDays(IConfiguration configuration, int normal) =>
        Settings.AboveZero(configuration, KeepDays, normal) is var days && days > WebhookOptions.TriedFor.Days
            ? days
            : throw new SetupException($"{KeepDays} = {days} is too short: events are tried for {WebhookOptions.TriedFor.Days} days. Set it to more, or leave it out for {normal}.");
}
