using Dapper;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Redis;

/// <summary>
/// What stands in front of every key: one name for each database, kept in it, so that two installations on one Redis, or a database and its restored copy,
/// never give each other's ids. In braces, so that a cluster keeps all keys in one place and a script may use several.
/// </summary>
public sealed class RedisKeySpace
{
    private const string Setting = "redis-key-space";

    private readonly IDatabase? _database;
    private string? _prefix;

    /// <summary>Named in the configuration.</summary>
    public RedisKeySpace(string name) => _prefix = InBraces(name);

    /// <summary>Named in the database; <see cref="LoadAsync"/> reads the name, or makes it.</summary>
    public RedisKeySpace(IDatabase database) => _database = database;

    /// <summary>The beginning of every key.</summary>
    public string Prefix => _prefix ?? throw new InvalidOperationException("The name of the key space has not been read yet.");

    /// <summary>Reads the name before the first key is used.</summary>
    public async Task LoadAsync()
    {
        if (_prefix is null)
        {
            var name = await _database!.WriteAsync(async connection =>
            {
                await connection.ExecuteAsync(
                    "INSERT INTO settings (name, value) SELECT @Setting, @name WHERE NOT EXISTS (SELECT 1 FROM settings WHERE name = @Setting)",
                    new { Setting, name = Guid.NewGuid().ToString("N") }).ConfigureAwait(false);
                return await connection.ExecuteScalarAsync<string>("SELECT value FROM settings WHERE name = @Setting", new { Setting }).ConfigureAwait(false);
            }).ConfigureAwait(false);
            _prefix = InBraces(name!);
        }
    }

    /// <summary>A restored database takes another name when it is next opened.</summary>
    internal static Task ForgetAsync(System.Data.Common.DbConnection connection) =>
        connection.ExecuteAsync("DELETE FROM settings WHERE name = @Setting", new { Setting });

    private static string InBraces(string name) => $"{{fulfilment:{name}}}:";
}
