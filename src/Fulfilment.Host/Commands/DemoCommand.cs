using System.CommandLine;
using System.Globalization;
using Fulfilment.Host.Commands.Demo;

namespace Fulfilment.Host.Commands;

/// <summary>Serves a demo shop from a folder of its own, with codes to sell, and prints an order to try.</summary>
internal static class DemoCommand
{
    private const string Folder = "data/demo";

    public static RootCommand WithDemo(this RootCommand root)
    {
        var urls = new Option<string?>("--urls") { Description = "Where to listen. Default: http://127.0.0.1:8080.", HelpName = "URLS" };
        var demo = new Command("demo", $"Serves a demo shop with 1,000 made-up codes and prints an order to try. Its data is in {Folder}, unless --storage says otherwise.") { urls };
        demo.SetAction((parsed, cancellation) => CommandErrors.CatchAsync(() => RunAsync(parsed, parsed.GetValue(urls), cancellation)));
        root.Subcommands.Add(demo);
        return root;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string? urls, CancellationToken cancellation)
    {
        var builder = FulfilmentApp.CreateBuilder();
        var settings = CommandSettings.Read(parsed);

        // Never the storage that the environment or appsettings.json names: that may be a real one.
        settings.TryAdd(Settings.StoragePath, Folder);
        settings.TryAdd("Logging:LogLevel:Default", "Warning");
        settings.TryAdd("Logging:LogLevel:Microsoft.Hosting.Lifetime", "Warning");
        builder.Configuration.AddInMemoryCollection(settings);
        if (urls is not null)
        {
            builder.Configuration["Urls"] = urls;
        }

        await using var app = await FulfilmentApp.BuildAsync(builder, cancellation: cancellation);

        // The port first: when it is taken, nothing has been made.
        await app.ListenAsync(cancellation);
        var key = await new DemoShop(app.Services, EngineCommand.Actor).OpenAsync(cancellation);
        var now = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        await Console.Out.WriteLineAsync(Describe(Address(app.Urls.First()), key, now, Path.GetFullPath(app.Configuration[Settings.StoragePath]!)));
        await app.WaitForShutdownAsync(cancellation);
        return 0;
    }

    private static string Describe(string address, string key, DateTimeOffset now, string folder)
    {
        // The time makes the reference new at each start: the same line twice is the same order.
        var order = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"clientReference":"demo-{{now:yyyyMMdd-HHmmss}}","currency":"CNY","lines":[{"sku":"{{DemoSkus.All[0].Code}}","quantity":1}]}""");
        return $"""

            The demo shop is open at {address}; its data is in {folder}.

            A key of its storefront {DemoShop.Storefront}, shown this once:
              {key}

            Place an order and get its code:
              curl -sS '{address}/v1/orders?include=codes' -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{order}'

            Send the same again: it is the same order, with the same code. Another clientReference is another order.

            What is for sale:
              curl -sS '{address}/v1/skus' -H 'Authorization: Bearer {key}'

            Every call is described in docs/api.md and in {address}/openapi/v1.json. Ctrl+C stops.

            """;
    }

    // An address that listens everywhere is no address to send to.
    private static string Address(string url) => url.TrimEnd('/')
        .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal)
        .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal)
        .Replace("://*", "://127.0.0.1", StringComparison.Ordinal)
        .Replace("://+", "://127.0.0.1", StringComparison.Ordinal);
}
