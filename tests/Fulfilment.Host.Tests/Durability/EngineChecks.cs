using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ledger;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Durability;

/// <summary>Runs the engine's own checks over a folder: custody chains, day roots, stock, ledger, wallets and orders.</summary>
internal static class EngineChecks
{
    public static async Task AssertSoundAsync(string folder, string? seed = null)
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { Folder = folder });
        var database = host.Services.GetRequiredService<IDatabase>();
        var custody = ActivatorUtilities.CreateInstance<VerifyCustody>(host.Services, new CustodyRecordStore(database));
        var ledger = new CheckLedger(new LedgerRecordStore(database));

        var (custodyReport, ledgerReport) = (
            await custody.RunAsync(20, null, TestContext.Current.CancellationToken),
            await ledger.RunAsync(20, null, TestContext.Current.CancellationToken));

        Assert.True(custodyReport.Findings.Total == 0, $"{seed} {string.Join("; ", custodyReport.Findings.Kept)}");
        Assert.True(ledgerReport.Findings.Total == 0, $"{seed} {string.Join("; ", ledgerReport.Findings.Kept)}");
        Assert.True(custodyReport.Keys > 0, "There was nothing to check.");
    }
}
