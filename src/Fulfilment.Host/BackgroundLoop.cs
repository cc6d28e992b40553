namespace Fulfilment.Host;

/// <summary>Work that a host repeats until it stops. Commands run none.</summary>
internal sealed class BackgroundLoop(Func<CancellationToken, Task> run) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await run(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}

internal static class BackgroundLoopExtensions
{
    /// <summary>Adds a loop; it answers for its own failures, one that ends with an exception stops the host.</summary>
    public static void AddLoop(this IServiceCollection services, Func<IServiceProvider, Func<CancellationToken, Task>> loop) =>
        services.AddSingleton<IHostedService>(provider => new BackgroundLoop(loop(provider)));
}
