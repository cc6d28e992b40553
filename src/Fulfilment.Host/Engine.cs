using Fulfilment.Core.Catalogue;
using Fulfilment.Infrastructure.Redis;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Data.SqlClient;

namespace Fulfilment.Host;

/// <summary>What a process does before its first piece of work, in order; a host does it before its port opens.</summary>
internal static class Engine
{
    /// <exception cref="SetupException">The engine cannot run as it is set up.</exception>
    public static async Task OpenAsync(IServiceProvider services, CancellationToken cancellation)
    {
        SqlClientWarning.SayOnce(services);
        await MigrateAsync(services.GetRequiredService<Migrator>());
        await services.GetRequiredService<EngineKeys>().LoadAsync();
        await services.GetRequiredService<NodeNumber>().TakeAsync();
        await (services.GetService<RedisKeySpace>()?.LoadAsync() ?? Task.CompletedTask);
        await services.GetRequiredService<ICatalogue>().RefreshAsync(cancellation);
    }

    internal static async Task MigrateAsync(Migrator migrator)
    {
        try
        {
            await migrator.MigrateAsync();
        }
        catch (InvalidOperationException exception)
        {
            throw new SetupException(exception.Message, exception);
        }
        catch (SqlException exception)
        {
            throw new SetupException($"The database cannot be used: {exception.Message} Check Storage:ConnectionString, the server, and what the login may do.", exception);
        }
    }
}
