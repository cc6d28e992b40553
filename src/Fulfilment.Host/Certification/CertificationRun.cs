using Fulfilment.Core.Suppliers;

namespace Fulfilment.Host.Certification;

/// <summary>Plays everything that a definition describes at a host, one check after the other, and tells what was seen at each.</summary>
internal static class CertificationRun
{
    /// <param name="options">What, and where.</param>
    /// <param name="create">Makes the supplier that the engine would make: with the address of callbacks, and with secrets that are not the host's if so asked.</param>
    /// <param name="time">Of everything that is waited for.</param>
    /// <param name="tell">Called with each finding as it is made.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="SetupException">Callbacks cannot be listened for where it was said.</exception>
    public static async Task<(IReadOnlyList<Finding> Findings, bool IsSimulator)> RunAsync(
        CertifyOptions options, Func<string?, bool, ISupplier> create, TimeProvider time, Func<Finding, Task> tell, CancellationToken cancellation)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
        var controls = new TestHostControls(client, options.At);
        await controls.FindAsync(cancellation);
        if (controls.IsSimulator)
        {
            // It minds no queries that come soon, and keeps silent for as long as anybody waits.
            options = options with { Pace = options.Pace ?? TimeSpan.FromSeconds(0.5), GiveUpAfter = options.GiveUpAfter ?? TimeSpan.FromSeconds(1) };
        }

        await using var listener = options.Listen is { } listen ? await CallbackListener.StartAsync(listen, cancellation) : null;
        var supplier = create(listener?.Address, false);
        if (listener is not null)
        {
            listener.Supplier = supplier;
        }

        var stage = new CertificationStage(options, new CertifiedSupplier(supplier, options, time), controls, listener, time);
        var findings = new List<Finding>();
        try
        {
            IEnumerable<CertificationCheck> checks =
            [
                .. new AccountChecks(stage).All, .. new OutcomeChecks(stage).All, .. new FaultChecks(stage).All, .. new SignatureChecks(stage, create(listener?.Address, true)).All,
            ];
            foreach (var (name, run) in checks)
            {
                var (verdict, seen) = await run(cancellation);
                findings.Add(new Finding(name, verdict, seen));
                await tell(findings[^1]);
            }
        }
        finally
        {
            await controls.RestoreAsync(CancellationToken.None);
        }

        return (findings, controls.IsSimulator);
    }
}

/// <summary>One thing that is looked at.</summary>
/// <param name="Name">In a few words; the list shows it.</param>
/// <param name="RunAsync">What it came to, and what was seen.</param>
internal sealed record CertificationCheck(string Name, Func<CancellationToken, Task<(Verdict Verdict, string Seen)>> RunAsync);
