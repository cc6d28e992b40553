using System.Data.Common;
using Fulfilment.Infrastructure.Storage.Backups;

namespace Fulfilment.Host.Commands;

/// <summary>Turns what a person can do something about into a sentence and an exit code; a bug keeps its stack trace.</summary>
internal static class CommandErrors
{
    public const int Failed = 1;

    public static async Task<int> CatchAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception exception) when (exception is SetupException or BackupException or IOException or UnauthorizedAccessException or DbException)
        {
            await Console.Error.WriteLineAsync($"error: {exception.Message}");
            return Failed;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return Failed;
        }
    }

    /// <summary>Says why the command did nothing, and what to do.</summary>
    public static async Task<int> RefuseAsync(string message)
    {
        await Console.Error.WriteLineAsync($"error: {message}");
        return Failed;
    }
}
