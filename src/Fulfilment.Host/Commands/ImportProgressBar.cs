using System.Diagnostics;
using System.Globalization;
using Fulfilment.Core.CardKeys;
using Spectre.Console;

namespace Fulfilment.Host.Commands;

/// <summary>Rows, rate and time left. The share done is that of the file's bytes, for how many rows a file has shows only at its end.</summary>
internal static class ImportProgressBar
{
    public static Task<T> ShowAsync<T>(long fileBytes, Func<IProgress<ImportProgress>?, Task<T>> run) =>
        Console.IsOutputRedirected ? run(null) : AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("0 rows", maxValue: Math.Max(1, fileBytes));
                return await run(new Bar(bar));
            });

    private sealed class Bar(ProgressTask task) : IProgress<ImportProgress>
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        public void Report(ImportProgress value)
        {
            var rate = value.Rows / Math.Max(0.001, Stopwatch.GetElapsedTime(_started).TotalSeconds);
            task.Description = string.Create(CultureInfo.InvariantCulture, $"{value.Rows:N0} rows, {rate:N0}/s");
            task.Value = value.Bytes;
        }
    }
}
