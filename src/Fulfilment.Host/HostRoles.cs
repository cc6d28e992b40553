namespace Fulfilment.Host;

/// <summary>What this node does (setting <c>Host:Roles</c>). With SQLite one host does everything.</summary>
internal sealed record HostRoles(bool Api, bool Worker, bool Console)
{
    public const string Setting = "Host:Roles";

    private static readonly string[] Known = ["Api", "Console", "Worker"];

    /// <exception cref="SetupException">A role is not known, or the storage does not allow to leave one out.</exception>
    public static HostRoles Read(IConfiguration configuration)
    {
        var named = (configuration[Setting] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (named.FirstOrDefault(role => !Known.Contains(role, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new SetupException($"{Setting} names \"{unknown}\". Use any of {string.Join(", ", Known)}, separated by commas.");
        }

        bool Has(string role) => named.Contains(role, StringComparer.OrdinalIgnoreCase);
        if (string.Equals(configuration["Storage:Provider"], "SqlServer", StringComparison.OrdinalIgnoreCase))
        {
            return named.Length > 0 ? new HostRoles(Has("Api"), Has("Worker"), Has("Console")) : throw new SetupException($"{Setting} is empty. Use any of {string.Join(", ", Known)}, separated by commas.");
        }

        // SQLite has one writer, and the pool in process is one host's: a host without the API would stand beside another on the same file.
        return Has("Api")
            ? new HostRoles(Api: true, Worker: true, Console: true)
            : throw new SetupException($"{Setting} must name Api: with Storage:Provider = Sqlite there is one host, and it does everything. Leave {Setting} out.");
    }
}
