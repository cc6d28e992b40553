using System.CommandLine;

namespace Fulfilment.Host.Commands;

/// <summary>Runs the host until it is told to stop.</summary>
internal static class ServeCommand
{
    public static RootCommand ServesByDefault(this RootCommand root)
    {
        root.Options.Add(CommandSettings.Storage);
        root.Options.Add(CommandSettings.Set);

        var urls = new Option<string?>("--urls") { Description = "Where to listen, for example http://127.0.0.1:8080 (setting Urls).", HelpName = "URLS" };
        root.Options.Add(urls);
        root.SetAction((parsed, cancellation) => RunAsync(parsed, urls, cancellation));

        var serve = new Command("serve", "Serves the API. This is what happens without a command.") { urls };
        serve.SetAction((parsed, cancellation) => RunAsync(parsed, urls, cancellation));
        root.Subcommands.Add(serve);
        return root;
    }

    private static Task<int> RunAsync(ParseResult parsed, Option<string?> urls, CancellationToken cancellation) => CommandErrors.CatchAsync(async () =>
    {
        var builder = FulfilmentApp.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(CommandSettings.Read(parsed));
        if (parsed.GetValue(urls) is { } listen)
        {
            builder.Configuration["Urls"] = listen;
        }

        await using var app = await FulfilmentApp.BuildAsync(builder, cancellation: cancellation);
        await app.ListenAsync(cancellation);
        await app.WaitForShutdownAsync(cancellation);
        return 0;
    });
}
