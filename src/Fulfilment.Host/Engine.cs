using Fulfilment.Core.Catalogue;
using Fulfilment.Infrastructure.Redis;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>What a process does before its first piece of work, in order; a host does it before its port opens.</summary>
internal static class Engine
{
    /// <exception cref="SetupException">The engine cannot run as it is set up.</exception>
    public static async Task OpenAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await MigrateAsync(services.GetRequiredService<Migrator>());
        await services.GetRequiredService<EngineKeys>().LoadAsync();
        await services.GetRequiredService<NodeNumber>().TakeAsync();
        await (services.GetService<RedisKeySpace>()?.LoadAsync() ?? Task.CompletedTask);
        await services.GetRequiredService<ICatalogue>().RefreshAsync(cancellation);
    }

    private static async Task MigrateAsync(Migrator migrator)
    {
        try
        {
            await migrator.MigrateAsync();
        }
        catch (InvalidOperationException exception)
        {
            throw new SetupException(exception.Message, exception);
        }
    }
}
