using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fulfilment.Core.Suppliers;
using Fulfilment.Host.Certification;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Suppliers.Declarative;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;
using Fulfilment.Suppliers.Declarative.Reading;
using Fulfilment.Suppliers.Http;

namespace Fulfilment.Host.Commands;

/// <summary>Plays every outcome of a supplier's definition at its test host or at the simulator, before a customer does. Needs no storage and no host.</summary>
internal static class CertifyCommand
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The supplier's definition." };
        var at = new Option<string>("--at") { Description = "The supplier's test host, or the simulator: http://127.0.0.1:7070. Orders are placed there!", HelpName = "URL", Required = true };
        var secret = new Option<string[]>("--secret") { Description = "A secret of the definition, as NAME=TEXT; once for each. NAME=- reads it from the standard input.", HelpName = "NAME=TEXT" };
        var listen = new Option<string?>("--listen") { Description = "Where callbacks are taken in: 127.0.0.1:9091. The host has to reach it.", HelpName = "ADDRESS" };
        var callbackUrl = new Option<string?>("--callback-url") { Description = "What the host is told as the callback address, where it is not the one of --listen: behind a tunnel or proxy.", HelpName = "URL" };
        var patience = new Option<int>("--patience") { Description = "How many seconds an order may be under way.", HelpName = "SECONDS", DefaultValueFactory = _ => 120 };
        var command = new Command("certify", "Plays every outcome of a definition at a test host or the simulator, says what was seen, and prints a certificate. Exit code 1 if a check fails.")
        {
            file, at, secret, listen, callbackUrl, patience,
        };
        command.SetAction((parsed, cancellation) => CommandErrors.CatchAsync(async () => await RunAsync(
            await File.ReadAllBytesAsync(parsed.GetRequiredValue(file).FullName, cancellation),
            InputText.Address(parsed.GetValue(at), "--at"),
            await SecretsAsync(parsed.GetValue(secret) ?? []),
            parsed.GetValue(callbackUrl),
            options => options with
            {
                Listen = parsed.GetValue(listen) is { } address ? $"http://{address}" : null,
                Patience = TimeSpan.FromSeconds(Math.Max(1, parsed.GetValue(patience))),
            },
            cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(
        byte[] file, Uri at, JsonObject secrets, string? callbackUrl, Func<CertifyOptions, CertifyOptions> change, CancellationToken cancellation)
    {
        var definition = Read(file);
        using var http = new SupplierHttp(TimeProvider.System, ConnectTimeout);
        var adapter = new DeclarativeAdapter(new SystemRandomBytes());
        await Console.Out.WriteLineAsync($"Certifying {definition.Name} at {at.GetLeftPart(UriPartial.Path)}");
        var (findings, isSimulator) = await CertificationRun.RunAsync(
            change(new CertifyOptions(definition, at)), Create, TimeProvider.System, finding => Console.Out.WriteLineAsync(finding.ToString()), cancellation);
        await Console.Out.WriteLineAsync(Certificate.Write(definition.Name, file, at, isSimulator, findings, TimeProvider.System.GetUtcNow()));
        return findings.Any(finding => finding.Verdict == Verdict.Failed) ? CommandErrors.Failed : 0;

        ISupplier Create(string? listening, bool withOtherSecrets)
        {
            var settings = JsonSerializer.SerializeToElement(new JsonObject
            {
                ["definition"] = JsonNode.Parse(file),
                ["baseUrl"] = at.ToString().TrimEnd('/'),
                ["callbackUrl"] = callbackUrl ?? listening ?? "http://127.0.0.1/nobody-listens",
                ["secrets"] = withOtherSecrets ? Others(secrets, definition) : secrets.DeepClone(),
            });
            return adapter.Check(settings) is [var mistake, ..] ? throw new SetupException(mistake) : adapter.Create(settings, http, TimeProvider.System);
        }
    }

    private static SupplierDefinition Read(byte[] file)
    {
        var read = DefinitionReader.Read(file);
        return read.Definition ?? throw new SetupException($"The definition has mistakes; \"suppliers check\" explains all of them. The first: {read.Mistakes.First(mistake => !mistake.IsWarning)}");
    }

    // Only what the signature is made with: with another merchant number a host would refuse for another reason.
    private static JsonObject Others(JsonObject secrets, SupplierDefinition definition)
    {
        var signing = definition.Submit.Request.Signature is not { } signature ? []
            : signature.Text.Places.Concat(signature.Key?.Places ?? []).Where(place => place.Kind == PlaceholderKind.Secret).Select(place => place.Argument).ToHashSet();
        return new JsonObject([.. secrets.Select(secret => KeyValuePair.Create(
            secret.Key, (JsonNode?)(signing.Contains(secret.Key) ? Another(secret.Value!.GetValue<string>()) : secret.Value!.GetValue<string>())))]);
    }

    // As long as the right one, because keys of codes have a length.
    private static string Another(string text) => (text[0] == 'x' ? 'y' : 'x') + text[1..];

    private static async Task<JsonObject> SecretsAsync(string[] given)
    {
        var secrets = new JsonObject();
        foreach (var pair in given)
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } text])
            {
                throw new SetupException("--secret is written NAME=TEXT, with a name that the definition lists under \"secrets\".");
            }

            secrets[name] = await InputText.ReadAsync(text);
        }

        return secrets;
    }
}
