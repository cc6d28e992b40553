using Fulfilment.Suppliers.Declarative.Model;
using Fulfilment.Suppliers.Declarative.Reading;
using SupplierSimulator.Wire;

namespace SupplierSimulator;

/// <summary>Runs one simulated supplier until it is told to stop.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        try
        {
            return await new CommandLine().Root(RunAsync).Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
        }
        catch (Exception exception) when (exception is UsageException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"error: {exception.Message}");
            return 1;
        }
    }

    private static async Task<int> RunAsync(FileInfo file, IReadOnlyDictionary<string, string> secrets, SimulatorSettings settings, CancellationToken cancellation)
    {
        var definition = Read(await File.ReadAllBytesAsync(file.FullName, cancellation));
        var missing = definition.Secrets.Keys.Except(secrets.Keys).ToList();
        if (missing.Count > 0)
        {
            throw new UsageException($"The definition needs secrets: {string.Join(' ', missing.Select(name => $"--secret {name}=TEXT"))}.");
        }

        await using var simulator = await Simulator.StartAsync(settings, new DeclaredWords(definition, secrets), TimeProvider.System, cancellation);
        Console.WriteLine($"{definition.Name} at {simulator.Address} (--seed {settings.Plan.Seed}); what is true: {simulator.Address}_truth");
        await simulator.WaitForShutdownAsync(cancellation);
        return 0;
    }

    private static SupplierDefinition Read(byte[] file)
    {
        var read = DefinitionReader.Read(file);
        return read.Definition ?? throw new UsageException($"The definition has mistakes; \"suppliers check\" explains them. The first: {read.Mistakes[0]}");
    }
}
