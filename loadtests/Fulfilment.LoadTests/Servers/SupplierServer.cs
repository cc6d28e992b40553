using System.Globalization;
using Fulfilment.Core;
using Fulfilment.Suppliers.Declarative.Reading;
using SupplierSimulator;
using SupplierSimulator.Wire;

namespace Fulfilment.LoadTests.Servers;

/// <summary>A simulated supplier of top-ups without faults that takes its time, as the nearest of the examples has it.</summary>
internal static class SupplierServer
{
    public static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(300);

    public static readonly IReadOnlyDictionary<string, string> Secrets = new Dictionary<string, string> { ["merchantNo"] = "bench", ["apiKey"] = "bench-api-key" };

    /// <summary>The definition that engine and supplier go by.</summary>
    public static string Definition => Path.Combine(Report.RepositoryRoot(), "docs", "suppliers", "yunqi-topup.json");

    public static async Task RunAsync(string port)
    {
        var definition = DefinitionReader.Read(await File.ReadAllBytesAsync(Definition)).Definition ?? throw new InvalidOperationException($"{Definition} has mistakes.");
        var settings = new SimulatorSettings
        {
            Port = int.Parse(port, CultureInfo.InvariantCulture),
            Price = new Money(100_000),
            Balance = Money.Largest * 1_000,
            TopUps = [""],
            Times = new SimulatorTimes { Answer = Delay },
        };
        await using var simulator = await Simulator.StartAsync(settings, new DeclaredWords(definition, Secrets), TimeProvider.System, CancellationToken.None);
        Console.WriteLine("READY");
        await simulator.WaitForShutdownAsync(CancellationToken.None);
    }
}
