using System.Data.Common;
using System.Text.Json.Serialization;
using Dapper;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.Json;
using Fulfilment.Infrastructure.Jobs;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host.Api;

/// <summary>Whether the process lives, and whether it can take orders.</summary>
internal static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void MapHealth(this WebApplication app)
    {
        ApiJson.Use(HealthJson.Default);
        app.MapGet("/health/live", () => TypedResults.Json(new LiveAnswer("live"), ApiJson.TypeInfo<LiveAnswer>()))
            .WithName("Live").WithSummary("Whether the process lives.").WithTags("Health").Produces<LiveAnswer>();
        app.MapGet("/health/ready", ReadyAsync)
            .WithName("Ready").WithSummary("Whether orders can be taken, and what is at fault if not.").WithTags("Health")
            .Produces<ReadyAnswer>().Produces<ReadyAnswer>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ReadyAsync(IDatabase database, IdGenerator ids, NodeNumber node, IWatchedPool pool, JobsHealth jobs, TimeProvider time)
    {
        // Orders are taken from the table without the pool, and without the jobs: both are named, and neither is in the way.
        var checks = new ReadyChecks(
            await DatabaseAsync(database, time), NodeLease(ids, node), pool.IsDegraded ? "degraded" : "ok", await jobs.TellAsync(Patience));
        var ready = checks is { Database: "ok", NodeLease: "ok" };
        return TypedResults.Json(new ReadyAnswer(ready ? "ready" : "unready", checks), ApiJson.TypeInfo<ReadyAnswer>(), statusCode: ready ? 200 : 503);
    }

    private static async Task<string> DatabaseAsync(IDatabase database, TimeProvider time)
    {
        try
        {
            _ = await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT count(*) FROM nodes")).WaitAsync(Patience, time);
            return "ok";
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or InvalidOperationException)
        {
            return "down";
        }
    }

    private static string NodeLease(IdGenerator ids, NodeNumber node)
    {
        try
        {
            _ = ids.Next();
            return "ok";
        }
        catch (NodeLeaseLostException)
        {
            return node.IsClockOff ? "clock is off" : "lost";
        }
    }
}

internal sealed record LiveAnswer(string Status);

internal sealed record ReadyAnswer(string Status, ReadyChecks Checks);

internal sealed record ReadyChecks(string Database, string NodeLease, string Pool, string Jobs);

[JsonSerializable(typeof(LiveAnswer))]
[JsonSerializable(typeof(ReadyAnswer))]
internal sealed partial class HealthJson : JsonSerializerContext;
