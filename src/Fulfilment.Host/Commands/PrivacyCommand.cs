using System.CommandLine;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Privacy;

namespace Fulfilment.Host.Commands;

/// <summary>What the law gives a person: to see what is stored, and to have it erased. Also beside a running host.</summary>
internal static class PrivacyCommand
{
    private static readonly Option<string?> Recipient = new("--recipient")
    {
        Description = "The account that received benefits; - reads it from the standard input, which keeps it out of the shell's history.",
        HelpName = "TEXT",
    };

    private static readonly Option<string?> Buyer = new("--buyer-reference") { Description = "Instead: the storefront's own number for the buyer; - reads it from the standard input.", HelpName = "TEXT" };
    private static readonly Option<string?> Storefront = new("--storefront") { Description = "Only orders of this storefront. Default: of every one.", HelpName = "CODE" };

    public static RootCommand WithPrivacy(this RootCommand root)
    {
        root.Subcommands.Add(new Command("privacy", "Exports or erases what orders hold of a person.") { Export(), Erase() });
        return root;
    }

    private static Command Export()
    {
        var output = new Option<string?>("--output") { Description = "A new file, readable by you alone. Default: the standard output.", HelpName = "FILE" };
        var command = new Command("export", "Writes everything that orders hold of a person as JSON, in plain text; never codes. Audited.") { Recipient, Buyer, Storefront, output };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, stop) =>
        {
            var (person, storefronts) = await ReadAsync(parsed, services);
            await using var file = parsed.GetValue(output) is { } path ? Create(path) : Console.OpenStandardOutput();
            var count = await services.GetRequiredService<ExportPerson>().RunAsync(person, storefronts, EngineCommand.Actor, file, stop);
            await file.FlushAsync(stop);
            await Console.Error.WriteLineAsync($"{FindingsText.Number(count)} orders of {person.Label}.");
            return 0;
        }, cancellation, needsDatabase: true));
        return command;
    }

    private static Command Erase()
    {
        var command = new Command(
            "erase",
            "Erases recipients, inputs, buyers and what finds them from a person's closed orders; the orders and their money stay. Cannot be undone, except from a backup. Audited.")
        {
            Recipient, Buyer, Storefront,
        };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, stop) =>
        {
            var (person, storefronts) = await ReadAsync(parsed, services);
            var erased = await services.GetRequiredService<ErasePerson>().RunAsync(person, storefronts, EngineCommand.Actor, stop);
            await Console.Out.WriteLineAsync($"Erased {person.Label} from {FindingsText.Number(erased.Orders)} orders. Backups made before hold it still.");
            if (erased.Open > 0)
            {
                await Console.Out.WriteLineAsync($"{FindingsText.Number(erased.Open)} open orders keep what they need to be delivered: run the command again once they are closed.");
            }

            return 0;
        }, cancellation, needsDatabase: true));
        return command;
    }

    private static async Task<(Person Person, IReadOnlyList<long> Storefronts)> ReadAsync(ParseResult parsed, IServiceProvider services)
    {
        var (recipient, buyer) = (await InputText.ReadAsync(parsed.GetValue(Recipient)), await InputText.ReadAsync(parsed.GetValue(Buyer)));
        var person = Person.Read(recipient, buyer, services.GetRequiredService<IPersonalDataProtection>());
        if (person.Refusal is { } refusal)
        {
            throw new SetupException(recipient is null == buyer is null ? "Give exactly one of --recipient and --buyer-reference." : $"{refusal.Detail}");
        }

        var known = services.GetRequiredService<ICatalogue>().Current.Storefronts;
        if (parsed.GetValue(Storefront) is not { } code)
        {
            return (person.Value, [.. known.Select(storefront => storefront.Id)]);
        }

        return known.FirstOrDefault(storefront => storefront.Code == code) is { } one
            ? (person.Value, [one.Id])
            : throw new SetupException($"There is no storefront {code} in this storage. There are: {string.Join(", ", known.Take(20).Select(storefront => storefront.Code))}. --storage chooses the storage.");
    }

    // Never over a file that is there: it may be another person's, or readable by others.
    private static FileStream Create(string path)
    {
        if (File.Exists(path))
        {
            throw new SetupException($"{Path.GetFullPath(path)} is there already. Choose another name; an export never overwrites a file.");
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
