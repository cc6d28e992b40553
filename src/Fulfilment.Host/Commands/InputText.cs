namespace Fulfilment.Host.Commands;

/// <summary>The value of an option that may stand on the standard input instead: what stands on a command line is in the list of processes and the shell's history.</summary>
internal static class InputText
{
    private const string FromInput = "-";

    /// <summary>The value; for - the first line of the standard input.</summary>
    public static async Task<string?> ReadAsync(string? given) =>
        given == FromInput ? await Console.In.ReadLineAsync() ?? throw new SetupException("The standard input is empty; it should hold the text on its first line.") : given;
}
