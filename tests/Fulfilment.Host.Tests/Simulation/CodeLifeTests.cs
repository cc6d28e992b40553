using System.Globalization;

namespace Fulfilment.Host.Tests.Simulation;

/// <summary>
/// Everything that can happen to codes, in an order nobody chose, on a real host with virtual time. After every step stock, money and custody are a
/// recount, and no code was ever shown for two units, whatever was restored in between.
/// </summary>
public sealed class CodeLifeTests
{
    private const int Steps = 160;

    // Often enough that orders are made and codes shown both before and after each.
    private const int StepsPerBackup = 25, StepsPerRestore = 40;

    [Fact]
    public async Task CodeIsSoldOnce_WhateverHappensToIt()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FULFILMENT_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"FULFILMENT_SEED={seed}");
        await using var life = new CodeLife(new Random(seed), $"{seed}");
        await life.OpenAsync();

        for (var step = 1; step <= Steps; step++)
        {
            await life.AssertSoundAsync($"step {step}, {await StepAsync(life, step)}");
        }

        life.AssertNothingLeaked();
        TestContext.Current.TestOutputHelper?.WriteLine($"{life.Shown.Count} codes were shown");
        Assert.True(life.Shown.Count > 0, $"seed {seed}: no code was shown, so none can have been sold twice.");
    }

    private static async Task<string> StepAsync(CodeLife life, int step)
    {
        if (step % StepsPerRestore == 0)
        {
            await life.RestoreAsync(life.Pick(life.Backups));
            return "restore";
        }

        if (step % StepsPerBackup == 0)
        {
            await life.BackUpAsync();
            return "backup";
        }

        switch (life.Next(0, 10))
        {
            case 0:
                await life.StopAsync();
                life.Time.Stall(TimeSpan.FromHours(life.Next(1, 60)));
                await life.StartAsync();
                return "night";
            case 1 or 2:
                var burst = Enumerable.Range(0, life.Next(2, 6)).Select(_ => CodeLifeSteps.Pick(life)).ToList();
                await Task.WhenAll(burst.Select(one => Task.Run(() => one.Run(life))));
                return string.Join(" beside ", burst.Select(one => one.Name));
            default:
                var (name, run) = CodeLifeSteps.Pick(life);
                await run(life);
                return name;
        }
    }
}
