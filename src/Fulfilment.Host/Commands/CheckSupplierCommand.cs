using System.CommandLine;
using System.Globalization;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;
using Fulfilment.Suppliers.Declarative.Reading;

namespace Fulfilment.Host.Commands;

/// <summary>Explains the mistakes in a file that describes a supplier to whoever wrote it. Needs no storage and no host.</summary>
internal static class CheckSupplierCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The definition file: docs/suppliers.md explains how to write one." };
        var strict = new Option<bool>("--strict") { Description = "Warnings end with exit code 1 too." };
        var command = new Command("check", "Says what is wrong in a definition file, where, and what to write instead. Exit code 1 if there is a mistake.") { file, strict };
        command.SetAction((parsed, cancellation) => CommandErrors.CatchAsync(() => CheckAsync(parsed.GetRequiredValue(file), parsed.GetValue(strict), cancellation)));
        return command;
    }

    private static async Task<int> CheckAsync(FileInfo file, bool strict, CancellationToken cancellation)
    {
        if (!file.Exists)
        {
            throw new SetupException($"There is no file {file.FullName}.");
        }

        var read = DefinitionReader.Read(await File.ReadAllBytesAsync(file.FullName, cancellation));
        foreach (var mistake in read.Mistakes)
        {
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{(mistake.IsWarning ? "warning" : "mistake")} · line {mistake.Line}{(mistake.Path.Length > 0 ? " · " + mistake.Path : "")}"));
            await Console.Out.WriteLineAsync($"  {mistake.Wrong}");
            await Console.Out.WriteLineAsync($"  → {mistake.Instead}");
            await Console.Out.WriteLineAsync();
        }

        var warnings = read.Mistakes.Count(mistake => mistake.IsWarning);
        await Console.Out.WriteLineAsync($"{file.Name}: {Count(read.Mistakes.Count - warnings, "mistake")}, {Count(warnings, "warning")}.");
        if (read.Definition is { } definition)
        {
            await Console.Out.WriteLineAsync(Describe(definition));
        }

        return read.Definition is null || (strict && warnings > 0) ? CommandErrors.Failed : 0;
    }

    private static string Count(int number, string thing) => number == 0
        ? $"no {thing}s"
        : string.Create(CultureInfo.InvariantCulture, $"{number} {thing}{(number == 1 ? "" : "s")}");

    /// <summary>What the file says, in words, so that its writer can compare it with the supplier's document.</summary>
    private static string Describe(SupplierDefinition definition)
    {
        var query = definition.Query is null ? "cannot be asked about orders" : "is asked about orders";
        var knows = new[] { (definition.Callback is not null, "callbacks"), (definition.Balance is not null, "balance"), (definition.Products is not null, "products") }
            .Where(known => known.Item1).Select(known => known.Item2).ToList();
        var secrets = definition.Secrets.Select(secret => $"  {secret.Key}: {secret.Value}");
        var callback = definition.Submit.Request.Uses(PlaceholderKind.CallbackUrl) ? ["  callbackUrl: where this installation is reached, beside the secrets"] : Array.Empty<string>();
        return string.Join('\n', [
            $"{definition.Name} takes orders by {definition.Submit.Request.Method}, {query}{(knows.Count > 0 ? ", and has " + string.Join(", ", knows) : "")}.",
            $"Settings: {(definition.Secrets.Count == 0 ? "no secrets" : "")}",
            .. secrets,
            .. callback,
        ]);
    }
}
