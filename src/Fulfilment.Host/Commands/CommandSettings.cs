using System.CommandLine;

namespace Fulfilment.Host.Commands;

/// <summary>The options that every command has: each is a setting by another name.</summary>
internal static class CommandSettings
{
    public static readonly Option<string?> Storage = new("--storage")
    {
        Description = $"Folder of the database and the keys (setting {Settings.StoragePath}; default: data).",
        HelpName = "FOLDER",
        Recursive = true,
    };

    public static readonly Option<string[]> Set = new("--set")
    {
        Description = "Any setting, as Name:Sub=value; may be given several times. Wins over appsettings.json and the environment.",
        HelpName = "NAME=VALUE",
        Recursive = true,
    };

    public static Dictionary<string, string?> Read(ParseResult parsed)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in parsed.GetValue(Set) ?? [])
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new SetupException($"--set {setting} has no value. Write --set Name:Sub=value.");
            }

            settings[setting[..equals]] = setting[(equals + 1)..];
        }

        if (parsed.GetValue(Storage) is { } folder)
        {
            settings[Settings.StoragePath] = folder;
        }

        return settings;
    }
}
