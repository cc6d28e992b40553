using Fulfilment.Core.Alerts;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Jobs;
using Fulfilment.Host.Jobs;
using Fulfilment.Infrastructure.Http;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>What tells people in time.</summary>
internal static class AlertsSetup
{
    private const string PublicUrl = "Alerts:PublicUrl", Language = "Alerts:Language", AllowPrivate = "Alerts:AllowPrivateAddresses", GroupSeconds = "Alerts:GroupSeconds",
        UpdateMinutes = "Alerts:UpdateMinutes", EscalateCritical = "Alerts:EscalateCriticalMinutes", EscalateWarning = "Alerts:EscalateWarningMinutes";

    /// <summary>Alerts are raised by commands too.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services) =>
        services.AddSingleton<IAlerts, AlertStore>().AddSingleton<MatchAlerts>();

    /// <summary>What a host does with them.</summary>
    public static IServiceCollection AddAlertChannels(this IServiceCollection services, IConfiguration configuration)
    {
        var guard = new PublicAddressGuard(string.Equals(configuration[AllowPrivate], "true", StringComparison.OrdinalIgnoreCase));
        services.AddSingleton<MoveAlert>().AddSingleton(new AlertLinks(ReadPublicUrl(configuration)));
        services.AddSingleton(provider => ReadPolicy(configuration, new AlertChannelSettings(guard, provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton(provider => new AlertTexts(
            ReadLanguage(configuration), provider.GetRequiredService<AlertLinks>(), provider.GetRequiredService<BusinessCalendar>().Zone));
        services.AddSingleton<INotificationStore, NotificationStore>();
        services.AddSingleton<AddressAlerts>().AddSingleton<SendAlerts>().AddSingleton<EscalateAlerts>().AddSingleton<TestChannel>();
        services.AddJob<EscalateAlerts>(RecurringJobs.Escalations, "alerts were escalated: nobody has acknowledged them in time", (escalate, _) => escalate.RunAsync());
        return services.AddSingleton<TidyNotifications>().AddJob<TidyNotifications>(
            RecurringJobs.Notifications, "messages are given up: for three days no host has had their alert channels", (tidy, _) => tidy.RunAsync());
    }

    /// <summary>Lets this node send.</summary>
    public static IServiceCollection AddAlertWorker(this IServiceCollection services)
    {
        services.AddSingleton<AlertWorker>();
        services.AddLoop(provider => provider.GetRequiredService<AlertWorker>().RunAsync);
        return services;
    }

    private static AlertPolicy ReadPolicy(IConfiguration configuration, AlertChannelSettings channels) => new(
        channels.Read(configuration),
        TimeSpan.FromSeconds(Settings.AboveZero(configuration, GroupSeconds, 30.0)),
        TimeSpan.FromMinutes(Settings.AboveZero(configuration, UpdateMinutes, 10.0)),
        TimeSpan.FromMinutes(Settings.AboveZero(configuration, EscalateCritical, 15.0)),
        string.IsNullOrEmpty(configuration[EscalateWarning]) ? null : TimeSpan.FromMinutes(Settings.AboveZero(configuration, EscalateWarning, 0.0)));

    private static AlertLanguage ReadLanguage(IConfiguration configuration) => configuration[Language] switch
    {
        null or "" or "en" => AlertLanguage.English,
        "zh" or "zh-CN" => AlertLanguage.Chinese,
        var other => throw new SetupException($"{Language} = \"{other}\" is not known. Set it to en or zh, or leave it out."),
    };

    private static Uri? ReadPublicUrl(IConfiguration configuration)
    {
        var text = configuration[PublicUrl];
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new SetupException($"{PublicUrl} = \"{text}\" is not an address. Write the one under which people reach the host, such as https://fulfilment.example.com.");
    }
}
