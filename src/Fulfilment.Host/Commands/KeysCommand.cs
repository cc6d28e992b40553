using System.CommandLine;
using System.Globalization;
using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Admin;
using Fulfilment.Host.Api.Json;

namespace Fulfilment.Host.Commands;

/// <summary>
/// API keys from the command line, also beside a running host, which accepts the change within a second. A new key is the only thing on the
/// standard output, so that a script can take it.
/// </summary>
internal static class KeysCommand
{
    private const int LongestList = 1000;

    public static RootCommand WithKeys(this RootCommand root)
    {
        root.Subcommands.Add(new Command("keys", "Makes, rotates, revokes and lists API keys, and rotates encryption keys; also while a host is running.") { Create(), Rotate(), Revoke(), List(), EncryptionCommand.Create() });
        return root;
    }

    private static Command Create()
    {
        var owner = new Option<string>("--owner") { Description = "storefront:CODE, supplier:CODE or operator:NAME.", HelpName = "OWNER", Required = true };
        var scopes = new Option<string[]>("--scopes")
        {
            Description = $"What the key may do, separated by commas: {string.Join(", ", KeyTexts.ScopeNames)}.",
            HelpName = "SCOPES",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var expires = new Option<string?>("--expires") { Description = "When the key stops working: a time (2027-01-31T00:00:00Z) or a span from now (90d). Default: never.", HelpName = "WHEN" };
        var allow = new Option<string[]>("--allow-ip") { Description = "An address or network the key may be used from, for example 203.0.113.9 or 10.0.0.0/8; may be given several times. Default: any.", HelpName = "ADDRESS" };
        var test = new Option<bool>("--test") { Description = "A storefront's key to the sandbox: made-up SKUs, no stock, no money." };
        var command = new Command("create", "Makes a key and prints it. It is shown this once and stored only as a hash.") { owner, scopes, expires, allow, test };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, _) =>
        {
            var fields = new KeyFields
            {
                Owner = parsed.GetValue(owner),
                Scopes = [.. (parsed.GetValue(scopes) ?? []).SelectMany(one => one.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
                ExpiresAt = When(parsed.GetValue(expires), services.GetRequiredService<TimeProvider>()),
                AllowedIps = parsed.GetValue(allow),
                Mode = parsed.GetValue(test) ? KeyMode.Test : KeyMode.Live,
            };
            var issued = await services.GetRequiredService<IssueKey>().RunAsync(fields, EngineCommand.Actor);
            return await ShowAsync(issued, services);
        }, cancellation));
        return command;
    }

    private static Command Rotate()
    {
        var id = IdArgument();
        var overlap = new Option<string?>("--overlap") { Description = "How long the old key goes on working: 24h, 30m, 7d. Default: until it is revoked.", HelpName = "SPAN" };
        var expires = new Option<string?>("--expires") { Description = "When the new key stops working: a time or a span from now. Default: never.", HelpName = "WHEN" };
        var command = new Command("rotate", "Makes a second key for the same owner, scopes and addresses, and prints it.") { id, overlap, expires };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, _) =>
        {
            TimeSpan? span = parsed.GetValue(overlap) is { } text ? Span(text, "--overlap") : null;
            var expiresAt = When(parsed.GetValue(expires), services.GetRequiredService<TimeProvider>());
            var issued = await services.GetRequiredService<RotateKey>().RunAsync(Id(parsed.GetValue(id)), span, expiresAt, EngineCommand.Actor);
            return await ShowAsync(issued, services);
        }, cancellation));
        return command;
    }

    private static Command Revoke()
    {
        var id = IdArgument();
        var command = new Command("revoke", "Stops a key. A running host refuses it within a second.") { id };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, _) =>
        {
            var revoked = await services.GetRequiredService<RevokeKey>().RunAsync(Id(parsed.GetValue(id)), EngineCommand.Actor);
            if (revoked.Refusal is { } refusal)
            {
                return await CommandErrors.RefuseAsync(Explain(refusal, services));
            }

            await Console.Out.WriteLineAsync(Line(revoked.Value, services.GetRequiredService<TimeProvider>()));
            return 0;
        }, cancellation));
        return command;
    }

    private static Command List()
    {
        var owner = new Option<string?>("--owner") { Description = "Only the keys of this owner.", HelpName = "OWNER" };
        var command = new Command("list", "Lists keys, newest first: id, owner, scopes and until when they work.") { owner };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, stop) =>
        {
            KeyOwner? ofOwner = null;
            if (parsed.GetValue(owner) is { } text && !KeyTexts.TryParseOwner(text, out ofOwner))
            {
                throw new SetupException("--owner: An owner is storefront:CODE, supplier:CODE or operator:NAME.");
            }

            foreach (var key in await services.GetRequiredService<IApiKeyStore>().ListAsync(ofOwner, null, LongestList, stop))
            {
                await Console.Out.WriteLineAsync(Line(key, services.GetRequiredService<TimeProvider>()));
            }

            return 0;
        }, cancellation));
        return command;
    }

    private static Argument<string> IdArgument() => new("KEYID") { Description = "The id of a key, as create and list show it: key_…" };

    private static async Task<int> ShowAsync(Result<IssuedKey> issued, IServiceProvider services)
    {
        if (issued.Refusal is { } refusal)
        {
            return await CommandErrors.RefuseAsync(Explain(refusal, services));
        }

        await Console.Error.WriteLineAsync(Line(issued.Value.Key, services.GetRequiredService<TimeProvider>()));
        await Console.Error.WriteLineAsync("The key, which is not shown again:");
        await Console.Out.WriteLineAsync(issued.Value.Text);
        return 0;
    }

    private static string Line(ApiKey key, TimeProvider time)
    {
        var shown = AdminKey.Of(key);
        var until = key switch
        {
            { RevokedAt: { } at } => $"revoked {Rfc3339.Format(at)}",
            { ExpiresAt: { } at } when at <= time.GetUtcNow() => $"expired {Rfc3339.Format(at)}",
            { ExpiresAt: { } at } => $"until {Rfc3339.Format(at)}",
            _ => "does not expire",
        };
        var from = shown.AllowedIps.Count == 0 ? "" : $"  from {string.Join(',', shown.AllowedIps)}";
        var mode = key.Mode == KeyMode.Test ? "  test" : "";
        return $"{shown.Id}  {shown.Owner}  {string.Join(',', shown.Scopes)}  {until}{from}{mode}";
    }

    // The use cases name JSON fields; whoever typed a command knows its options.
    private static string Explain(Refusal refusal, IServiceProvider services)
    {
        if (refusal.Code == RefusalCode.NotFound)
        {
            return "There is no such key in this storage. keys list shows those there are; --storage chooses the storage.";
        }

        var (option, hint) = refusal.Param?.Split('/') switch
        {
            [_, "owner", ..] => ("--owner: ", Storefronts(services)),
            [_, "scopes", ..] => ("--scopes: ", ""),
            [_, "mode", ..] => ("--test: ", ""),
            [_, "expiresAt", ..] => ("--expires: ", ""),
            [_, "allowedIps", ..] => ("--allow-ip: ", ""),
            [_, "overlapSeconds", ..] => ("--overlap: ", ""),
            _ => ("", ""),
        };
        return $"{option}{refusal.Detail}{hint}";
    }

    private static string Storefronts(IServiceProvider services)
    {
        var codes = services.GetRequiredService<ICatalogue>().Current.Storefronts.Take(10).Select(storefront => storefront.Code).ToList();
        return codes.Count == 0
            ? " This storage has no storefronts yet; create one with POST /v1/admin/storefronts, or choose another storage with --storage."
            : $" Storefronts here: {string.Join(", ", codes)}.";
    }

    private static long Id(string? text) => PublicId.TryParse(PublicId.Key, text, out var id)
        ? id
        : throw new SetupException("The id of a key looks like key_01h2xcejqtf2n; keys list shows them. It is not the key itself.");

    private static DateTimeOffset? When(string? text, TimeProvider time)
    {
        if (text is null)
        {
            return null;
        }

        return Rfc3339.TryParse(text, out var at) ? at : time.GetUtcNow() + Span(text, "--expires");
    }

    private static TimeSpan Span(string text, string option)
    {
        const int Most = 100_000;
        if (text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= Most)
        {
            switch (text[^1])
            {
                case 's':
                    return TimeSpan.FromSeconds(count);
                case 'm':
                    return TimeSpan.FromMinutes(count);
                case 'h':
                    return TimeSpan.FromHours(count);
                case 'd':
                    return TimeSpan.FromDays(count);
            }
        }

        throw new SetupException(option == "--expires"
            ? "--expires is a time with its zone (2027-01-31T00:00:00Z) or a span from now (30m, 24h, 90d)."
            : $"{option} is a span of time: 30m, 24h, 7d.");
    }
}
