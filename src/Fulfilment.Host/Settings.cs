using System.Globalization;
using Microsoft.Extensions.Configuration.Memory;

namespace Fulfilment.Host;

/// <summary>What holds where neither appsettings.json nor the environment nor the command line says otherwise.</summary>
internal static class Settings
{
    public const string StoragePath = "Storage:Path";

    public const string LogFormat = "Logging:Console:FormatterName";

    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Urls"] = "http://127.0.0.1:8080",
        ["Storage:Provider"] = "Sqlite",
        [StoragePath] = "data",
        ["Pool:Provider"] = "InProcess",
        ["Jobs:Provider"] = "Quartz",
        ["Host:Roles"] = "Api,Console,Worker",
        ["Business:TimeZone"] = "Asia/Shanghai",
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
        ["Logging:LogLevel:System"] = "Warning",

        // At any level this category opens a scope and an activity for each request; failures are logged by ProblemMiddleware.
        ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",

        // It would print the stack trace of a taken port beside our sentence; what stops the host BackgroundLoop logs itself.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",

        // One JSON object a line for whatever collects logs; a sentence a line for a person at a terminal.
        [LogFormat] = Console.IsOutputRedirected ? "json" : "simple",
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
        ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = Console.IsOutputRedirected ? "yyyy-MM-ddTHH:mm:ss.fffZ" : "yyyy-MM-ddTHH:mm:ss.fffZ ",
    };

    /// <summary>Puts the defaults under everything that is configured.</summary>
    public static void AddDefaults(IConfigurationBuilder configuration) =>
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });

    /// <summary>A whole number above zero, or <paramref name="normal"/> where nothing is set.</summary>
    /// <exception cref="SetupException">It is something else.</exception>
    public static int AboveZero(IConfiguration configuration, string setting, int normal)
    {
        var text = configuration[setting];
        if (string.IsNullOrEmpty(text))
        {
            return normal;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new SetupException($"{setting} = \"{text}\" is not a number above zero. Leave it out for {normal}.");
    }

    /// <summary>A number above zero, which may be a fraction, or <paramref name="normal"/> where nothing is set.</summary>
    /// <exception cref="SetupException">It is something else.</exception>
    public static double AboveZero(IConfiguration configuration, string setting, double normal)
    {
        var text = configuration[setting];
        if (string.IsNullOrEmpty(text))
        {
            return normal;
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1e9
            ? number
            : throw new SetupException($"{setting} = \"{text}\" is not a number above zero. Leave it out for {normal}.");
    }
}
