using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Storefronts;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Pool.Redis;
using Fulfilment.Infrastructure.Redis;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>The pool of card keys, and what else hosts share through a Redis where there is one: rate limits, and word of a changed catalogue.</summary>
internal static class PoolSetup
{
    private const string ConnectionString = "Pool:ConnectionString";

    // Two hosts on one SQLite folder prove what several nodes do; nobody should run a shop so.
    private const string WithSqlite = "Testing:RedisWithSqlite";

    public static void AddPool(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ICardKeyWindowReader, CardKeyWindowReader>();
        services.AddSingleton<StockWatch>();
        services.AddSingleton<LocalRateLimiter>().AddSingleton<CatalogueCache>();
        if (IsRedis(configuration))
        {
            services.AddRedisPool(configuration);
            return;
        }

        services.AddSingleton<IRateLimiter>(provider => provider.GetRequiredService<LocalRateLimiter>());
        services.AddSingleton<ICatalogue>(provider => provider.GetRequiredService<CatalogueCache>());
        services.AddSingleton<InProcessCardKeyPool>();
        services.AddSingleton<ICardKeyPool>(provider => provider.GetRequiredService<InProcessCardKeyPool>());
        services.AddSingleton<IWatchedPool>(provider => provider.GetRequiredService<InProcessCardKeyPool>());
    }

    /// <summary>What a host does for its pool until it stops.</summary>
    public static void AddPoolLoops(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddLoop(provider => provider.GetRequiredService<StockWatch>().RunAsync);
        if (IsRedis(configuration))
        {
            services.AddSingleton<RedisPoolWatch>();
            services.AddLoop(provider => provider.GetRequiredService<RedisPoolWatch>().RunAsync);
            services.AddLoop(provider => provider.GetRequiredService<SharedCatalogue>().RunAsync);
        }
    }

    private static void AddRedisPool(this IServiceCollection services, IConfiguration configuration)
    {
        if (string.Equals(configuration["Storage:Provider"], "Sqlite", StringComparison.OrdinalIgnoreCase) && !configuration.GetValue<bool>(WithSqlite))
        {
            throw new SetupException("Pool:Provider = Redis is for several hosts. With Storage:Provider = Sqlite there is one host, and its pool needs no Redis: leave Pool:Provider out.");
        }

        services.AddSingleton(Connect(configuration[ConnectionString]));
        services.AddSingleton(provider => configuration["Pool:KeyPrefix"] is { Length: > 0 } name ? new RedisKeySpace(name) : new RedisKeySpace(provider.GetRequiredService<IDatabase>()));
        services.AddSingleton(new RedisPoolOptions
        {
            TakeTimeout = TimeSpan.FromMilliseconds(Settings.AboveZero(configuration, "Pool:TakeTimeoutMilliseconds", 50)),
            TakeLease = TimeSpan.FromSeconds(Settings.AboveZero(configuration, "Testing:TakeLeaseSeconds", 30)),
            RefillLease = TimeSpan.FromSeconds(Settings.AboveZero(configuration, "Testing:RefillLeaseSeconds", 10)),
        });
        services.AddSingleton(new RedisBreakerOptions());
        services.AddSingleton<RedisBreaker>();
        services.AddSingleton<RedisCardKeyPool>();
        services.AddSingleton<ICardKeyPool>(provider => provider.GetRequiredService<RedisCardKeyPool>());
        services.AddSingleton<IWatchedPool>(provider => provider.GetRequiredService<RedisCardKeyPool>());
        services.AddSingleton<IRateLimiter, RedisRateLimiter>();
        services.AddSingleton<SharedCatalogue>();
        services.AddSingleton<ICatalogue>(provider => provider.GetRequiredService<SharedCatalogue>());
    }

    private static bool IsRedis(IConfiguration configuration) => string.Equals(configuration["Pool:Provider"], "Redis", StringComparison.OrdinalIgnoreCase);

    // It may hold a password, so no message repeats it.
    private static Func<IServiceProvider, RedisConnection> Connect(string? connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new SetupException($"{ConnectionString} is empty. Pool:Provider = Redis needs it, as in redis:6379,password=…");
        }

        try
        {
            var connection = new RedisConnection(connectionString);
            return _ => connection;
        }
        catch (ArgumentException)
        {
            throw new SetupException($"{ConnectionString} cannot be read. It looks like redis:6379,password=…,ssl=true.");
        }
    }
}
