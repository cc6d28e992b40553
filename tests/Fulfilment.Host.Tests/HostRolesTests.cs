using System.Net;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Jobs;
using Fulfilment.Infrastructure.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests;

public sealed class HostRolesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-roles-").FullName;

    [Theory]
    [InlineData("Sqlite", "Api", true, true, true)]
    [InlineData("Sqlite", "Api,Console,Worker", true, true, true)]
    [InlineData("SqlServer", "Api", true, false, false)]
    [InlineData("SqlServer", "worker", false, true, false)]
    [InlineData("SqlServer", "Console", false, false, true)]
    [InlineData("sqlserver", "Api, Console, Worker", true, true, true)]
    public void Roles_AreThoseNamed_ButForSqliteWhereOneHostDoesEverything(string storage, string roles, bool api, bool worker, bool console) =>
        Assert.Equal(new HostRoles(api, worker, console), HostRoles.Read(Configuration(storage, roles)));

    [Theory]
    [InlineData("Sqlite", "Worker", "must name Api")]
    [InlineData("SqlServer", "", "is empty")]
    [InlineData("SqlServer", "Api,Cook", "Cook")]
    public void Roles_AreRefused_WithWhatToWriteInstead(string storage, string roles, string says) =>
        Assert.Contains(says, Assert.Throws<SetupException>(() => HostRoles.Read(Configuration(storage, roles))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Worker_AnswersAboutItsHealthOnly_AndRunsTheJobs()
    {
        await using var worker = await StartAsync(new HostRoles(Api: false, Worker: true, Console: false));
        await worker.Services.GetRequiredService<JobsHealth>().FirstLookAsync();

        Assert.Equal(
            ["/health/live", "/health/ready"],
            worker.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText).Order(StringComparer.Ordinal));
        using var client = new HttpClient { BaseAddress = new Uri(worker.Urls.First()) };
        using var ready = await client.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        using var orders = await client.GetAsync("/v1/orders", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, orders.StatusCode);
    }

    [Fact]
    public async Task ApiNode_RunsNoJobs()
    {
        await using var node = await StartAsync(new HostRoles(Api: true, Worker: false, Console: false));

        Assert.Null(node.Services.GetService<JobRunner>());
        Assert.False(await node.Services.GetRequiredService<JobLeaseStore>().IsHeldAsync(RecurringJobs.HeldOrders.Name));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IConfiguration Configuration(string storage, string roles) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Storage:Provider"] = storage, ["Host:Roles"] = roles }).Build();

    // On SQLite, where a host would do everything: what a role does is the same on every storage.
    private async Task<WebApplication> StartAsync(HostRoles roles)
    {
        var builder = FulfilmentApp.CreateBuilder();
        builder.Configuration["Urls"] = "http://127.0.0.1:0";
        builder.Configuration["Storage:Path"] = _folder;
        var app = await FulfilmentApp.BuildAsync(builder, roles, more: null, TestContext.Current.CancellationToken);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
