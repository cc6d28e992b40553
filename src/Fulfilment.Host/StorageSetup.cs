using Fulfilment.Core.AfterSales;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Privacy;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Backups;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Storage.SqlServer;

namespace Fulfilment.Host;

/// <summary>The database, and the stores that each engine has for itself. All other stores are the same on both.</summary>
internal static class StorageSetup
{
    private const string Provider = "Storage:Provider";
    private const string ConnectionString = "Storage:ConnectionString";

    /// <summary>Whether the settings choose SQL Server.</summary>
    /// <exception cref="SetupException">They choose what is not known.</exception>
    public static bool IsSqlServer(IConfiguration configuration) => configuration[Provider] switch
    {
        { } chosen when chosen.Equals("Sqlite", StringComparison.OrdinalIgnoreCase) => false,
        { } chosen when chosen.Equals("SqlServer", StringComparison.OrdinalIgnoreCase) => true,
        var chosen => throw new SetupException($"{Provider} = \"{chosen}\" is not known. Set it to Sqlite or SqlServer, or leave it out."),
    };

    /// <param name="besideHost">Whether this process is a command that may run while a host serves from the same storage.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration, bool besideHost) =>
        IsSqlServer(configuration) ? services.AddSqlServer(configuration) : services.AddSqlite(configuration, besideHost);

    private static IServiceCollection AddSqlite(this IServiceCollection services, IConfiguration configuration, bool besideHost)
    {
        services.AddSingleton(_ => OpenSqlite(configuration[Settings.StoragePath], besideHost));
        services.AddSingleton<IDatabase>(provider => provider.GetRequiredService<SqliteDatabase>());
        services.AddSingleton<SqliteBackup>();
        services.AddSingleton<IBatchStore, SqliteBatchStore>().AddSingleton<ICardKeyLifeStore, SqliteCardKeyLifeStore>().AddSingleton<IPersonalDataStore, SqlitePersonalDataStore>();
        return services.AddSingleton<IIntakeStore, SqliteIntakeStore>().AddSingleton<IHeldOrderStore, SqliteHeldOrderStore>().AddSingleton<IAfterSalesStore, SqliteAfterSalesStore>()
            .AddSingleton<IFulfilmentStore, SqliteFulfilmentStore>().AddSingleton<IManualStore, SqliteManualStore>();
    }

    private static IServiceCollection AddSqlServer(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(provider => OpenSqlServer(configuration[ConnectionString], provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IDatabase>(provider => provider.GetRequiredService<SqlServerDatabase>());
        services.AddSingleton<IBatchStore, SqlServerBatchStore>().AddSingleton<ICardKeyLifeStore, SqlServerCardKeyLifeStore>().AddSingleton<IPersonalDataStore, PersonalDataStore>();
        return services.AddSingleton<IIntakeStore, SqlServerIntakeStore>().AddSingleton<IHeldOrderStore, SqlServerHeldOrderStore>().AddSingleton<IAfterSalesStore, SqlServerAfterSalesStore>()
            .AddSingleton<IFulfilmentStore, SqlServerFulfilmentStore>().AddSingleton<IManualStore, SqlServerManualStore>();
    }

    private static SqliteDatabase OpenSqlite(string? folder, bool besideHost)
    {
        if (string.IsNullOrWhiteSpace(folder))
        {
            throw new SetupException($"{Settings.StoragePath} is empty. Set it to the folder that holds, or shall hold, the database.");
        }

        try
        {
            return new SqliteDatabase(folder, besideHost);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException)
        {
            throw new SetupException($"The database in {Path.GetFullPath(folder)} cannot be opened: {exception.Message} Check {Settings.StoragePath} and who may write there.", exception);
        }
    }

    private static SqlServerDatabase OpenSqlServer(string? connectionString, TimeProvider time)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new SetupException($"{Provider} = SqlServer needs {ConnectionString}, for example Server=db;Database=fulfilment;User Id=fulfilment;Password=… Keep it in the environment, as Storage__ConnectionString.");
        }

        try
        {
            return new SqlServerDatabase(connectionString, new SqlServerRepeats(time, Random.Shared));
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException)
        {
            // Without the message or the exception itself: they quote what was not understood, which may be half a password.
            throw new SetupException($"{ConnectionString} cannot be read. It is a list of Name=value parts with semicolons between them; a value that has a semicolon itself stands in double quotes.");
        }
    }
}
