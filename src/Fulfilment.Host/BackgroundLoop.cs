namespace Fulfilment.Host;

/// <summary>Work that a host repeats until it stops. Commands run none.</summary>
internal sealed partial class BackgroundLoop(Func<CancellationToken, Task> run, ILogger<BackgroundLoop> logger) : BackgroundService
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
        catch (Exception exception)
        {
            LogFailed(exception);
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "A loop of the host failed; the host stops.")]
    private partial void LogFailed(Exception exception);
}

internal static class BackgroundLoopExtensions
{
    /// <summary>Adds a loop; it answers for its own failures, one that ends with an exception stops the host.</summary>
    public static void AddLoop(this IServiceCollection services, Func<IServiceProvider, Func<CancellationToken, Task>> loop) =>
        services.AddSingleton<IHostedService>(provider => new BackgroundLoop(loop(provider), provider.GetRequiredService<ILogger<BackgroundLoop>>()));
}
