using System.CommandLine;
using System.Globalization;
using Fulfilment.Core.Webhooks;
using Fulfilment.Host.Conformance;

namespace Fulfilment.Host.Commands;

/// <summary>Tells a storefront's developer what their integration gets wrong, before customers do. Needs no storage and no host.</summary>
internal static class ConformanceCommand
{
    private const string ReferencePlace = "{clientReference}";

    public static RootCommand WithConformance(this RootCommand root)
    {
        root.Subcommands.Add(new Command("conformance", "Plays faults at a storefront's own endpoints and says what it gets wrong.") { Run() });
        return root;
    }

    private static Command Run()
    {
        var url = new Option<string>("--url") { Description = "The storefront's webhook endpoint.", HelpName = "URL", Required = true };
        var secret = new Option<string>("--secret")
        {
            Description = "The webhook secret the endpoint was given: whsec_…; - reads it from the standard input, which keeps it out of the list of processes and the shell's history.",
            HelpName = "SECRET",
            Required = true,
        };
        var state = new Option<string?>("--state-url")
        {
            Description = $"Where the storefront tells what it knows of an order, as {{\"status\",\"version\",\"deliveries\"}}; {ReferencePlace} stands for the reference. Without it duplicates and order of arrival are judged by answers alone.",
            HelpName = "URL",
        };
        var order = new Option<string?>("--order-url") { Description = "Told by POST to buy {\"sku\",\"quantity\",\"recipient\"}; answers {\"clientReference\",\"status\"} once the purchase is final.", HelpName = "URL" };
        var listen = new Option<string?>("--listen") { Description = "Where the played order API listens, for the storefront to buy at: 127.0.0.1:9090. Goes with --order-url.", HelpName = "ADDRESS" };
        var seed = new Option<int?>("--seed") { Description = "Chooses event ids and references; default: another one each time. Events of one seed are duplicates of its last run.", HelpName = "N" };
        var command = new Command("run", "Plays good, forged, late, duplicate and out-of-order webhooks, and with --order-url an order API that times out. Exit code 1 if a check fails.")
        {
            url, secret, state, order, listen, seed,
        };
        command.SetAction((parsed, cancellation) => CommandErrors.CatchAsync(async () => await RunAsync(
            new ConformanceOptions(InputText.Address(parsed.GetValue(url), "--url"), Secret(await InputText.ReadAsync(parsed.GetValue(secret))), parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000_000))
            {
                StateUrl = Template(parsed.GetValue(state)),
                OrderUrl = parsed.GetValue(order) is { } orderUrl ? InputText.Address(orderUrl, "--order-url") : null,
                Listen = parsed.GetValue(listen) is { } address ? $"http://{address}" : null,
            },
            cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(ConformanceOptions options, CancellationToken cancellation)
    {
        if (options.OrderUrl is null != options.Listen is null)
        {
            throw new SetupException("--order-url and --listen go together: the one tells the storefront to buy, the other is where it buys.");
        }

        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Conformance of {options.Url.GetLeftPart(UriPartial.Path)} (--seed {options.Seed})"));
        var results = await ConformanceRun.RunAsync(options, TimeProvider.System, result => Console.Out.WriteLineAsync(ConformanceRun.Describe(result)), cancellation);
        await Console.Out.WriteLineAsync(ConformanceRun.Summarise(results));
        if (options.StateUrl is null)
        {
            await Console.Out.WriteLineAsync("Without --state-url nobody looked whether duplicates and older versions changed anything.");
        }

        return results.All(result => result.Passed) ? 0 : CommandErrors.Failed;
    }

    private static string? Template(string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (!text.Contains(ReferencePlace, StringComparison.Ordinal))
        {
            throw new SetupException($"--state-url needs {ReferencePlace} where the reference goes, for example http://127.0.0.1:3000/orders/{ReferencePlace}.");
        }

        _ = InputText.Address(text.Replace(ReferencePlace, "x", StringComparison.Ordinal), "--state-url");
        return text;
    }

    private static WebhookSecret Secret(string? text) => WebhookSecret.TryParse(text, out var secret)
        ? secret
        : throw new SetupException("--secret is whsec_ and 24 to 64 bytes in base64, the same as the endpoint was given. Make one with: echo whsec_$(openssl rand -base64 32)");
}
