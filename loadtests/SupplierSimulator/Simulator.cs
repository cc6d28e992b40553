using System.Net;
using SupplierSimulator.Faults;
using SupplierSimulator.Wire;

namespace SupplierSimulator;

/// <summary>One simulated supplier on a port of this machine.</summary>
public sealed class Simulator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SupplierBook _book;
    private readonly CallbackSender _callbacks;

    private Simulator(WebApplication app, SupplierBook book, CallbackSender callbacks) => (_app, _book, _callbacks) = (app, book, callbacks);

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Opens it.</summary>
    /// <param name="settings">How it is set up.</param>
    /// <param name="words">What it speaks.</param>
    /// <param name="time">Of everything that takes time.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<Simulator> StartAsync(SimulatorSettings settings, ISupplierWords words, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Listen(IPAddress.Loopback, settings.Port);
        });
        var app = builder.Build();
        var book = new SupplierBook(settings, time);
        var callbacks = new CallbackSender(book, words, settings, time);
        var endpoint = new SupplierEndpoint(book, words, callbacks, settings, time);
        app.MapControls(book);
        app.MapFallback("{**path}", endpoint.HandleAsync);
        await app.StartAsync(cancellation);
        return new Simulator(app, book, callbacks);
    }

    /// <summary>Everything that arrived and what came of it.</summary>
    public SupplierTruth Truth() => _book.Truth();

    /// <summary>Callbacks that are still to be sent, or tried again.</summary>
    public int CallbacksUnderWay => _callbacks.UnderWay;

    /// <summary>What goes wrong from now on.</summary>
    public FaultPlan Plan
    {
        get => _book.Plan;
        set => _book.Plan = value;
    }

    /// <summary>What it lists for sale from now on.</summary>
    public IReadOnlyList<ProductForSale> Products
    {
        get => _book.Products;
        set => _book.Products = value;
    }

    /// <summary>Until the process is told to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A customer that is kept waiting for an answer which never comes is no reason to stay open.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await ((Task)_app.StopAsync(now.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _callbacks.DisposeAsync();
        await _app.DisposeAsync();
    }
}
