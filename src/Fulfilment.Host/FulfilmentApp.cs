using System.Net.Sockets;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Host.Api;
using Fulfilment.Host.Api.Admin;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.OpenApi;
using Fulfilment.Host.Dashboard;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Console;

namespace Fulfilment.Host;

/// <summary>Builds the host. Tests and load tests build the same one, with settings and endpoints of their own.</summary>
internal static class FulfilmentApp
{
    private const long LargestBody = 1024 * 1024;

    /// <param name="args">Settings as <c>Name:Sub=value</c>.</param>
    public static WebApplicationBuilder CreateBuilder(params string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        Settings.AddDefaults(builder.Configuration);
        builder.Logging.ClearProviders().AddConsole();
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = builder.Configuration[Settings.LogFormat]);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 64;
        });
        return builder;
    }

    /// <summary>Everything but the open port: call <c>StartAsync</c> or <see cref="ListenAsync"/> on what it returns.</summary>
    /// <exception cref="SetupException">The engine cannot run as it is set up.</exception>
    public static Task<WebApplication> BuildAsync(WebApplicationBuilder builder, Action<WebApplication>? more = null, CancellationToken cancellation = default) =>
        BuildAsync(builder, HostRoles.Read(builder.Configuration), more, cancellation);

    /// <summary>The same with roles that a test chooses, whatever the storage.</summary>
    internal static async Task<WebApplication> BuildAsync(WebApplicationBuilder builder, HostRoles roles, Action<WebApplication>? more, CancellationToken cancellation)
    {
        builder.Services.AddBackends(builder.Configuration, besideHost: false);
        builder.Services.AddApi(builder.Configuration);
        builder.Services.AddOrders(builder.Configuration);
        builder.Services.AddFulfilment(builder.Configuration);
        builder.Services.AddPeople(builder.Configuration);
        builder.Services.AddAnomalies(builder.Configuration);
        builder.Services.AddCardKeyLife();
        builder.Services.AddProducts(builder.Configuration);
        builder.Services.AddManual();
        builder.Services.AddConditions(builder.Configuration);
        builder.Services.AddWebhooks(builder.Configuration);
        builder.Services.AddAlertChannels(builder.Configuration);
        builder.Services.AddSingleton<CatalogueWatch>();
        builder.Services.AddLoop(provider => provider.GetRequiredService<CatalogueWatch>().RunAsync);
        builder.Services.AddPoolLoops(builder.Configuration);
        builder.Services.AddSingleton<KeyWatch>();
        builder.Services.AddLoop(provider => provider.GetRequiredService<KeyWatch>().RunAsync);
        builder.Services.AddJobs(builder.Configuration);
        if (roles.Worker)
        {
            builder.Services.AddJobRunner();
            builder.Services.AddFulfilmentWorker();
            builder.Services.AddWebhookWorker();
            builder.Services.AddAlertWorker();
        }

        Telemetry.AddTo(builder.Services, builder.Configuration);

        var app = builder.Build();
        try
        {
            await Engine.OpenAsync(app.Services, cancellation);
            app.Services.GetRequiredService<BootstrapKey>().WarnIfSet(app.Logger);
            _ = app.Services.GetRequiredService<AlertPolicy>();
            app.UseApi();
            app.MapHealth();
            if (roles.Api)
            {
                app.MapApi();
            }

            if (roles.Console && JobsSetup.UsesHangfire(builder.Configuration))
            {
                HangfireSetup.Map(app);
            }

            more?.Invoke(app);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    private static void MapApi(this WebApplication app)
    {
        app.MapOrders();
        app.MapAfterSales();
        app.MapBenefits();
        app.MapAccount();
        app.MapSkus();
        app.MapAdmin();
        app.MapInventory();
        app.MapCallbacks();
        app.MapWebhookEndpoints();
        app.MapOpenApiDocument();
    }

    /// <summary>Opens the port and starts the loops.</summary>
    /// <exception cref="SetupException">Something else listens there, or it is no address of this machine.</exception>
    public static async Task ListenAsync(this WebApplication app, CancellationToken cancellation)
    {
        try
        {
            await StartAsync(app, cancellation);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new SetupException($"{exception.Message} Stop what listens there, or choose another address with --urls.", exception);
        }
        catch (Exception exception) when (exception is FormatException or SocketException)
        {
            throw new SetupException($"The host cannot listen there: {exception.Message}. An address looks like http://127.0.0.1:8080, and must be one of this machine's; choose it with --urls.", exception);
        }
    }

    // What runs already when the port proves to be taken must end before what it works with is disposed of.
    private static async Task StartAsync(WebApplication app, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
        }
        catch
        {
            await app.StopAsync(CancellationToken.None);
            throw;
        }
    }
}
