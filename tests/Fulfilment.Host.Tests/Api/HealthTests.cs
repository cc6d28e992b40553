using System.Net;
using Fulfilment.Core.Ids;
using Fulfilment.Infrastructure.Jobs;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Api;

public sealed class HealthTests
{
    [Fact]
    public async Task FreshHost_IsLiveAndReady_AndNamesItsParts()
    {
        await using var host = await TestHost.StartAsync();

        using var live = await host.GetAsync("/health/live");
        using var ready = await host.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal("""{"status":"ready","checks":{"database":"ok","nodeLease":"ok","pool":"ok","jobs":"ok"}}""", (await ready.JsonAsync()).GetRawText());
    }

    [Fact]
    public async Task DatabaseThatIsGone_IsNotReady()
    {
        await using var host = await TestHost.StartAsync();
        SqliteConnection.ClearAllPools();
        File.Delete(Path.Combine(host.Folder, SqliteDatabase.FileName));

        using var ready = await host.GetAsync("/health/ready");
        using var live = await host.GetAsync("/health/live");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("down", (await ready.JsonAsync()).GetProperty("checks").GetProperty("database").GetString());
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task LostNodeLease_IsNotReady()
    {
        var time = new ManualTimeProvider();
        await using var host = await TestHost.StartAsync(new TestHostOptions { Time = time });

        time.Stall(TimeSpan.FromMinutes(5));
        using var ready = await host.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("lost", (await ready.JsonAsync()).GetProperty("checks").GetProperty("nodeLease").GetString());
        Assert.Throws<NodeLeaseLostException>(() => host.Services.GetRequiredService<IdGenerator>().Next());
    }

    [Fact]
    public async Task LateJobs_AreNamed_AndOrdersAreTakenStill()
    {
        var time = new ManualTimeProvider();
        await using var host = await TestHost.StartAsync(new TestHostOptions { Time = time });
        await host.Services.GetRequiredService<JobsHealth>().FirstLookAsync();

        time.Stall(TimeSpan.FromSeconds(40));
        using var ready = await host.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal("late", (await ready.JsonAsync()).GetProperty("checks").GetProperty("jobs").GetString());
    }

    [Fact]
    public async Task OpenApiDocument_NamesTheKeyAndTheProblem()
    {
        await using var host = await TestHost.StartAsync();

        using var answer = await host.GetAsync("/openapi/v1.json");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var components = (await answer.JsonAsync()).GetProperty("components");
        Assert.Equal("bearer", components.GetProperty("securitySchemes").GetProperty("bearer").GetProperty("scheme").GetString());
        Assert.Equal(8, components.GetProperty("schemas").GetProperty("Problem").GetProperty("properties").EnumerateObject().Count());
    }
}
