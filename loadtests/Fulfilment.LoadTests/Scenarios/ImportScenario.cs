using System.Diagnostics;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.LoadTests.Servers;
using Microsoft.Data.Sqlite;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>Codes a second into an empty stock against the sqlite3 shell inserting the same finished rows, and beside orders at half their peak.</summary>
internal sealed class ImportScenario : IScenario
{
    private const int Connections = 256;

    public async Task RunAsync(Settings settings, Report report)
    {
        var (ours, shell) = (new List<double>(), new List<double>());
        var script = Path.Combine(Path.GetTempPath(), $"fulfilment-bench-{Environment.ProcessId}.sql");
        try
        {
            for (var run = 0; run < settings.Runs; run++)
            {
                using var folder = Bench.Folder();
                await using (var engine = await ServerProcess.StartAsync("engine", folder.Path))
                {
                    await Bench.SetUpAsync(engine);
                    var started = Stopwatch.GetTimestamp();
                    await Bench.ImportAsync(engine, 0, settings.Rows);
                    ours.Add(settings.Rows / Stopwatch.GetElapsedTime(started).TotalSeconds);
                }

                var file = Path.Combine(folder.Path, SqliteDatabase.FileName);
                if (run == 0)
                {
                    WriteScript(file, script);
                }

                shell.Add(settings.Rows / ShellSeconds(file, script));
            }
        }
        finally
        {
            File.Delete(script);
        }

        var alone = Bench.Median(ours);
        report.Add($"Import of {settings.Rows:N0} codes by API", $"{alone:N0} rows/s");
        report.Add("sqlite3 shell, the same rows already encrypted", $"{Bench.Median(shell):N0} rows/s");
        report.Add("Import against the shell", $"{Bench.Median(ours.Zip(shell, (one, other) => one / other)):F2}×", "≥ 1.0×");
        await BesideOrdersAsync(settings, report, alone);
    }

    // The rows of both tables as literals, in the order they were inserted.
    private static void WriteScript(string file, string script)
    {
        using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT 'INSERT INTO card_keys VALUES(' || id || ',' || sku_id || ',' || batch_id || ',10,' || expires_on || ',x''' || hex(fingerprint) || ''','
                   || coalesce('x''' || hex(number_hash) || '''', 'NULL') || ',x''' || hex(code) || ''');'
                   || char(10) || 'INSERT INTO code_fingerprints VALUES(x''' || hex(fingerprint) || ''',' || id || ');'
            FROM card_keys ORDER BY id
            """;
        using var reader = command.ExecuteReader();
        using var writer = new StreamWriter(script);
        writer.WriteLine("PRAGMA synchronous=FULL;\nBEGIN;");
        while (reader.Read())
        {
            writer.WriteLine(reader.GetString(0));
        }

        writer.WriteLine("COMMIT;");
    }

    private static double ShellSeconds(string file, string script)
    {
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM card_keys; DELETE FROM code_fingerprints; PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)";
            command.ExecuteNonQuery();
        }

        var started = Stopwatch.GetTimestamp();
        using var shell = Process.Start(new ProcessStartInfo("sqlite3") { ArgumentList = { file, $".read {script}" } }) ?? throw new InvalidOperationException("sqlite3 did not start.");
        shell.WaitForExit();
        return shell.ExitCode == 0 ? Stopwatch.GetElapsedTime(started).TotalSeconds : throw new InvalidOperationException("The shell could not insert the rows.");
    }

    private static async Task BesideOrdersAsync(Settings settings, Report report, double alone)
    {
        using var folder = Bench.Folder();
        await using var engine = await ServerProcess.StartAsync("engine", folder.Path);
        var key = await Bench.SetUpAsync(engine);
        await Bench.ImportAsync(engine, 0, 30_000L * (settings.Seconds + 40));
        var orders = new Uri(engine.Address, "/v1/orders?include=codes");
        await Wrk.RunAsync(orders, key, new Load(Connections, 2));
        var peak = await Wrk.RunAsync(orders, key, new Load(Connections, settings.Seconds));

        // Orders run longer than the import, so that the whole import is beside them.
        var started = Stopwatch.GetTimestamp();
        var rate = 0.0;
        var import = Task.Run(async () =>
        {
            await Task.Delay(500);
            var from = Stopwatch.GetTimestamp();
            await Bench.ImportAsync(engine, 100_000_000, settings.Rows);
            rate = settings.Rows / Stopwatch.GetElapsedTime(from).TotalSeconds;
        });
        var seconds = (int)Math.Ceiling(settings.Rows / alone / 0.4) + 3;
        var beside = await Wrk.RunAsync(orders, key, new Load(Connections, seconds, peak.PerSecond / 2));
        var overlap = import.IsCompleted;
        await import;
        report.Add("Import beside orders at half their peak", $"{rate:N0} rows/s, {rate / alone:F2}× of alone{(overlap ? "" : " (it outlasted the orders)")}", "≥ 0.4×");
        report.Add("Orders beside the import", $"p50 {beside.P50:F1} ms, p99 {beside.P99:F1} ms at {beside.PerSecond:N0}/s, {beside.Refused} refused", "p99 < 100 ms");
    }
}
