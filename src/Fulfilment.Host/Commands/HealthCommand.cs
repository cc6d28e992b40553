using System.CommandLine;

namespace Fulfilment.Host.Commands;

/// <summary>Asks a running host whether it can take orders: for containers, whose image has nothing else that could ask.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static RootCommand WithHealth(this RootCommand root)
    {
        var urls = new Option<string?>("--urls") { Description = "Where the host listens (setting Urls).", HelpName = "URLS" };
        var command = new Command("health", "Asks a running host on this machine whether it is ready, and shows what it says; exit code 1: it is not, or does not answer.") { urls };
        command.SetAction((parsed, cancellation) => CommandErrors.CatchAsync(() =>
            RunAsync(parsed.GetValue(urls) ?? EngineCommand.CreateBuilder(parsed).Configuration["Urls"] ?? "", cancellation)));
        root.Subcommands.Add(command);
        return root;
    }

    private static async Task<int> RunAsync(string urls, CancellationToken cancellation)
    {
        var address = Address(urls);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri(address, "/health/ready"), cancellation);
            await Console.Out.WriteLineAsync(await answer.Content.ReadAsStringAsync(cancellation));
            return answer.IsSuccessStatusCode ? 0 : CommandErrors.Failed;
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return await CommandErrors.RefuseAsync($"Nothing answers at {address}: {exception.Message}");
        }
    }

    // Urls may name any address of the machine, and then stands for this one too.
    private static Uri Address(string urls)
    {
        var first = urls.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase));
        foreach (var any in (string[])["//+", "//*", "//0.0.0.0", "//[::]"])
        {
            first = first?.Replace(any, "//127.0.0.1", StringComparison.Ordinal);
        }

        return Uri.TryCreate(first, UriKind.Absolute, out var address)
            ? address
            : throw new SetupException($"Urls = \"{urls}\" names no http:// address to ask. Say with --urls where the host listens.");
    }
}
