using System.CommandLine;
using Fulfilment.Core.Ledger;

namespace Fulfilment.Host.Commands;

/// <summary>The ledger from the command line, also beside a running host.</summary>
internal static class LedgerCommand
{
    public static RootCommand WithLedger(this RootCommand root)
    {
        root.Subcommands.Add(new Command("ledger", "Money: transfers, wallets, holds and inventories.") { Check() });
        return root;
    }

    private static Command Check()
    {
        var most = CustodyCommand.MostOption();
        var command = new Command(
            "check",
            "Prints the trial balance and holds transfers, wallets, holds, inventories and orders against each other. Exit code 0: all is well; 1: findings. Changes nothing; a host may go on selling.")
        {
            most,
        };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, stop) =>
        {
            var line = new ProgressLine<LedgerFault>(fault => $"looking for: {FindingsText.Words(fault)}");
            var report = await services.GetRequiredService<CheckLedger>().RunAsync(parsed.GetValue(most), line, stop);
            line.Clear();
            await PrintBalanceAsync(report.TrialBalance, Console.Out);
            return await FindingsText.PrintAsync(report.Findings, "ledger", Console.Out);
        }, cancellation, needsDatabase: true));
        return command;
    }

    private static async Task PrintBalanceAsync(IReadOnlyList<AccountTotal> balance, TextWriter output)
    {
        await output.WriteLineAsync($"{"account",-18}{"currency",-10}{"debits",20}{"credits",20}");
        foreach (var total in balance)
        {
            await output.WriteLineAsync($"{FindingsText.Words(total.Kind),-18}{total.Currency,-10}{total.Debits,20}{total.Credits,20}");
        }

        foreach (var currency in balance.GroupBy(total => total.Currency))
        {
            var (debits, credits) = (currency.Sum(total => (decimal)total.Debits.TenThousandths), currency.Sum(total => (decimal)total.Credits.TenThousandths));
            await output.WriteLineAsync(string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{"sum",-18}{currency.Key,-10}{debits / 10_000,20:0.00##}{credits / 10_000,20:0.00##}"));
        }

        await output.WriteLineAsync();
    }
}
