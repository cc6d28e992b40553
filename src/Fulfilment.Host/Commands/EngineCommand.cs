using System.CommandLine;
using Fulfilment.Core.Auditing;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Storage.SqlServer;

namespace Fulfilment.Host.Commands;

/// <summary>Runs a command with the engine's services and without a server, also while a host serves from the same storage.</summary>
internal static class EngineCommand
{
    /// <summary>Who runs the command, for the audit: the user of the operating system.</summary>
    public static Actor Actor => new($"command:{Environment.UserName}", null);

    /// <param name="parsed">Gives the settings of <see cref="CommandSettings"/>.</param>
    /// <param name="run">Gets the opened engine and answers the exit code.</param>
    /// <param name="cancellation">Somebody pressed Ctrl+C.</param>
    /// <param name="needsDatabase">Whether to refuse a folder without one instead of making it: what looks at stored records must not call an empty folder sound.</param>
    /// <param name="onServer">What to do instead where the database is SQL Server's; null: the command works there too.</param>
    public static Task<int> RunAsync(
        ParseResult parsed, Func<IServiceProvider, CancellationToken, Task<int>> run, CancellationToken cancellation, bool needsDatabase = false, string? onServer = null) =>
        CommandErrors.CatchAsync(async () =>
        {
            var builder = CreateBuilder(parsed);
            var isOnServer = StorageSetup.IsSqlServer(builder.Configuration);
            if (isOnServer && onServer is not null)
            {
                throw new SetupException(onServer);
            }

            if (needsDatabase && !isOnServer)
            {
                RequireDatabase(builder.Configuration[Settings.StoragePath] ?? "");
            }

            builder.Services.AddBackends(builder.Configuration, besideHost: true);

            using var host = builder.Build();
            await using var services = (IAsyncDisposable)host;
            if (needsDatabase && isOnServer)
            {
                await RequireTablesAsync(host.Services.GetRequiredService<SqlServerDatabase>());
            }

            await Engine.OpenAsync(host.Services, cancellation);
            return await run(host.Services, cancellation);
        });

    /// <summary>Settings and logging of a command; no services yet.</summary>
    internal static HostApplicationBuilder CreateBuilder(ParseResult parsed)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        Settings.AddDefaults(builder.Configuration);
        builder.Configuration.AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().AddInMemoryCollection(CommandSettings.Read(parsed));

        // What a command prints belongs to the person; what the engine has to say goes beside it.
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddSimpleConsole(line => line.SingleLine = true)
            .SetMinimumLevel(LogLevel.Warning);
        return builder;
    }

    private static void RequireDatabase(string folder)
    {
        if (!File.Exists(Path.Combine(folder, SqliteDatabase.FileName)))
        {
            throw new SetupException($"There is no database in {Path.GetFullPath(folder.Length == 0 ? "." : folder)}. Say with --storage which folder the host uses.");
        }
    }

    internal static async Task RequireTablesAsync(SqlServerDatabase database)
    {
        if (!await database.HasTablesAsync())
        {
            throw new SetupException("The database that the connection string names is empty. Name the one that the host uses.");
        }
    }
}
