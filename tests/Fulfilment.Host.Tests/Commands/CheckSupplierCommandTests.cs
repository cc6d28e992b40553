using Fulfilment.Host.Tests.Docs;

namespace Fulfilment.Host.Tests.Commands;

/// <summary>suppliers check, as the writer of a file runs it.</summary>
public sealed class CheckSupplierCommandTests : IDisposable
{
    private static readonly string Examples = Path.Combine(Repository.Root, "docs", "suppliers");

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-check-").FullName;

    [Theory]
    [InlineData("yunqi-topup.json", "no mistakes, no warnings.", 0)]
    [InlineData("xinghe-cards.json", "no mistakes, 1 warning.", 1)]
    [InlineData("fengling-open.json", "no mistakes, no warnings.", 0)]
    public async Task Examples_CanBeUsed(string file, string summary, int strictExitCode)
    {
        var (exitCode, output, _) = await RunAsync(Path.Combine(Examples, file));

        Assert.Equal(0, exitCode);
        Assert.Contains($"{file}: {summary}\n", output, StringComparison.Ordinal);
        Assert.Equal(strictExitCode, (await RunAsync(Path.Combine(Examples, file), "--strict")).ExitCode);
    }

    [Fact]
    public async Task AMistake_IsPrintedWithItsLine_AndFails()
    {
        var file = Path.Combine(_folder, "mine.json");
        var text = await File.ReadAllTextAsync(Path.Combine(Examples, "yunqi-topup.json"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, text.Replace("{{recipient}}", "{{recipent}}", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        var (exitCode, output, error) = await RunAsync(file);

        Assert.Equal((1, ""), (exitCode, error));
        Assert.StartsWith("mistake · line 24 · submit.form.account\n  {{recipent}} is not known. Did you mean \"recipient\"?\n  → Possible here: ", output, StringComparison.Ordinal);
        Assert.EndsWith("mine.json: 1 mistake, no warnings.\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileThatIsNotThere_IsSaidInASentence()
    {
        var (exitCode, _, error) = await RunAsync(Path.Combine(_folder, "none.json"));

        Assert.Equal(1, exitCode);
        Assert.StartsWith("error: There is no file ", error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "suppliers", "check", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
