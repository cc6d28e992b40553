namespace Fulfilment.Host.Commands;

/// <summary>Reads values of options. One may stand on the standard input instead: what stands on a command line is in the list of processes and the shell's history.</summary>
internal static class InputText
{
    private const string FromInput = "-";

    /// <summary>The value; for - the first line of the standard input.</summary>
    public static async Task<string?> ReadAsync(string? given) =>
        given == FromInput ? await Console.In.ReadLineAsync() ?? throw new SetupException("The standard input is empty; it should hold the text on its first line.") : given;

    /// <summary>An address that somebody can be asked at.</summary>
    /// <param name="text">As it was given.</param>
    /// <param name="option">For the message.</param>
    public static Uri Address(string? text, string option) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        ? url
        : throw new SetupException($"{option} is an address that begins with http:// or https://.");
}
