using System.Globalization;
using System.Text;

namespace Fulfilment.LoadTests;

/// <summary>The table of a whole run, with the machine it ran on.</summary>
internal sealed class Report
{
    private readonly List<(string What, string Value, string Bar)> _rows = [];

    public void Add(string what, string value, string bar = "")
    {
        _rows.Add((what, value, bar));
        Console.WriteLine($"{what}: {value} {bar}");
    }

    public void Print() => Console.Write("\n" + Markdown());

    /// <summary>Writes the table to loadtests/results; the file.</summary>
    public string Save()
    {
        var folder = Path.Combine(RepositoryRoot(), "loadtests", "results");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{DateTime.UtcNow:yyyy-MM-dd-HHmm}.md");
        File.WriteAllText(file, Markdown());
        return Path.GetRelativePath(RepositoryRoot(), file);
    }

    private string Markdown()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Measured {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC").AppendLine();
        text.AppendLine(Machine()).AppendLine();
        text.AppendLine("| what | measured | bar |").AppendLine("|---|---|---|");
        foreach (var (what, value, bar) in _rows)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {what} | {value} | {bar} |");
        }

        return text.ToString();
    }

    private static string Machine()
    {
        var model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1L << 30);
        return $"{Environment.ProcessorCount} cores ({model ?? "unknown"}), {memory} GiB, {Environment.OSVersion.VersionString}, .NET {Environment.Version}. The load generator runs on the same cores.";
    }

    /// <summary>The working copy that this program was built from.</summary>
    public static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Fulfilment.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Fulfilment.sln is not above this program.");
    }
}
