using System.Reflection;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.SqlServer;
using Microsoft.Data.SqlClient;

namespace Fulfilment.Host;

/// <summary>Says at the start when the driver for SQL Server has a known weakness.</summary>
internal static partial class SqlClientWarning
{
    public static void SayOnce(IServiceProvider services)
    {
        var version = typeof(SqlConnection).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', '-')[0];
        if (services.GetRequiredService<IDatabase>() is SqlServerDatabase && HasWeakness(version))
        {
            LogWeakness(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(SqlClientWarning)), version ?? "unknown");
        }
    }

    /// <summary>Whether CVE-2024-0056 is in this version: somebody between host and server may get at what TLS should hide. Mended in each line that was alive then.</summary>
    internal static bool HasWeakness(string? version) => !Version.TryParse(version, out var known) || known.Major switch
    {
        < 2 => true,
        2 => known < new Version(2, 1, 7),
        3 => known < new Version(3, 1, 5),
        4 => known < new Version(4, 0, 5),
        5 => known < new Version(5, 1, 3),
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Microsoft.Data.SqlClient {Version} has the weakness CVE-2024-0056: whoever sits between this host and SQL Server may read along in spite of TLS. Build with the full package set, or keep the way to the server private.")]
    private static partial void LogWeakness(ILogger logger, string version);
}
