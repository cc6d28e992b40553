using Fulfilment.Infrastructure.Tests.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Host.Tests;

/// <summary>The real host on a real port, with a storage folder of its own that goes with it.</summary>
public sealed class TestHost : IRunningHost, IAsyncDisposable
{
    /// <summary>The bootstrap key of every test host: an operator's, with every scope.</summary>
    public const string OperatorKey = "an-operator-key-that-tests-know-1";

    private readonly WebApplication _app;
    private readonly bool _ownsFolder;

    private TestHost(WebApplication app, string folder, bool ownsFolder, LogCollector log)
    {
        (_app, Folder, _ownsFolder, Log) = (app, folder, ownsFolder, log);
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = new Uri(app.Urls.First().Replace("[::]", "127.0.0.1", StringComparison.Ordinal)) };
    }

    /// <summary>Sends no key by itself.</summary>
    public HttpClient Client { get; }

    /// <summary>Database and key file.</summary>
    public string Folder { get; }

    /// <summary>Everything the host has logged.</summary>
    public LogCollector Log { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Every endpoint the host answers at.</summary>
    public IReadOnlyList<RouteEndpoint> Endpoints() =>
        [.. _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    public static async Task<TestHost> StartAsync(TestHostOptions? options = null)
    {
        options ??= new TestHostOptions();
        var folder = options.Folder ?? await NewFolderAsync();
        var builder = FulfilmentApp.CreateBuilder();
        options.Configure(builder, folder);

        var log = new LogCollector();
        builder.Logging.ClearProviders().AddProvider(log);
        var app = options.Works
            ? await FulfilmentApp.BuildAsync(builder, options.Endpoints, TestContext.Current.CancellationToken)
            : await FulfilmentApp.BuildAsync(builder, new HostRoles(Api: true, Worker: false, Console: true), options.Endpoints, TestContext.Current.CancellationToken);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestHost(app, folder, options.Folder is null, log);
    }

    private static async Task<string> NewFolderAsync()
    {
        var folder = Directory.CreateTempSubdirectory("fulfilment-host-").FullName;
        await MigratedFile.PlaceInAsync(folder);
        return folder;
    }

    /// <summary>What SIGTERM starts.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public Task WaitUntilStoppingAsync()
    {
        var stopping = new TaskCompletionSource();
        _app.Lifetime.ApplicationStopping.Register(stopping.SetResult);
        return stopping.Task;
    }

    /// <summary>Stops as a host does on SIGTERM: what it has taken is finished.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}

/// <summary>How a test host differs from a plain one.</summary>
public sealed record TestHostOptions
{
    public Dictionary<string, string?> Settings { get; init; } = [];

    public TimeProvider? Time { get; init; }

    /// <summary>Endpoints beside the product's own.</summary>
    public Action<WebApplication>? Endpoints { get; init; }

    /// <summary>Services beside the product's own.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>A folder that outlives the host; none: one of its own.</summary>
    public string? Folder { get; init; }

    /// <summary>False: it answers, and runs neither jobs nor workers.</summary>
    public bool Works { get; init; } = true;

    /// <summary>Makes a host on a folder so.</summary>
    internal void Configure(WebApplicationBuilder builder, string folder)
    {
        builder.Configuration["Urls"] = "http://127.0.0.1:0";
        builder.Configuration["Storage:Path"] = folder;
        builder.Configuration["Bootstrap:OperatorKey"] = TestHost.OperatorKey;
        builder.Configuration.AddInMemoryCollection(Settings);
        if (Time is { } time)
        {
            builder.Services.AddSingleton(time);
        }

        Services?.Invoke(builder.Services);
    }
}
