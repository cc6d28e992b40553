using System.CommandLine;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Host.Commands;

/// <summary>Custody from the command line, also beside a running host.</summary>
internal static class CustodyCommand
{
    public static RootCommand WithCustody(this RootCommand root)
    {
        root.Subcommands.Add(new Command("custody", "The proof of what happened to every card key.") { Verify() });
        return root;
    }

    private static Command Verify()
    {
        var most = MostOption();
        var command = new Command(
            "verify",
            "Holds every card key against its chain of custody, its unit, its fingerprint, its batch's counters and the day roots. Exit code 0: all is well; 1: findings. Changes nothing; a host may go on selling.")
        {
            most,
        };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, stop) =>
        {
            var line = new ProgressLine<CustodyProgress>(at =>
                $"{FindingsText.Number(at.Keys)} of {FindingsText.Number(Math.Max(at.Keys, at.Expected))} card keys");
            var report = await services.GetRequiredService<VerifyCustody>().RunAsync(parsed.GetValue(most), line, stop);
            line.Clear();
            return await FindingsText.PrintAsync(
                report.Findings, $"{FindingsText.Number(report.Keys)} card keys, {FindingsText.Number(report.Entries)} custody entries", Console.Out);
        }, cancellation, needsDatabase: true));
        return command;
    }

    internal static Option<int> MostOption()
    {
        var most = new Option<int>("--most")
        {
            Description = "How many findings are listed; all are counted.",
            HelpName = "N",
            DefaultValueFactory = _ => FindingsText.DefaultMost,
        };
        most.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !(int.TryParse(result.Tokens[0].Value, out var number) && number >= 0))
            {
                result.AddError("--most is a number, zero or more.");
            }
        });
        return most;
    }
}
