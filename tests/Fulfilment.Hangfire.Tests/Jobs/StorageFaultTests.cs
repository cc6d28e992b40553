using Fulfilment.Core.Jobs;
using Fulfilment.Host.Tests;
using Fulfilment.Suppliers;
using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Hangfire.Tests.Jobs;

/// <summary>Promise 7: what befalls Hangfire's storage costs what is shown and how prompt it is. Every order ends, and no supplier is asked twice.</summary>
public sealed class StorageFaultTests : IAsyncLifetime
{
    private const int Orders = 20;

    private readonly TestStorage _storage = new();
    private readonly LateSupplier _supplier = new(queries: 3);
    private TestHost _host = null!;
    private string _shop = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(HangfireHost.Options with
        {
            Services = services => services.AddSingleton<JobStorage>(_storage).AddSingleton<ISupplierAdapter>(_supplier),
        });
        _shop = await LateShop.OpenAsync(_host);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task WipedMidRun_EverythingEnds_NothingTwice_AndTheListIsBack()
    {
        await LateShop.PlaceAsync(_host, _shop, 0, Orders / 2);
        await Patience.UntilAsync(() => _storage.GetMonitoringApi().ScheduledCount() + _storage.GetMonitoringApi().SucceededListCount() > 0);

        _storage.Wipe();
        await LateShop.PlaceAsync(_host, _shop, Orders / 2, Orders / 2);

        await LateShop.AllEndAsync(_host, _shop, Orders);
        Assert.Equal(Orders, _supplier.Submitted.Count);
        Assert.All(_supplier.Submitted.Values, times => Assert.Equal(1, times));
        await Patience.UntilAsync(() => Listed().Count == _host.Services.GetServices<JobHandler>().Count());
    }

    [Fact]
    public async Task DownFromTheFirstOrderOn_EverythingEnds_AndItIsSaidOnce()
    {
        _storage.IsDown = true;

        await LateShop.PlaceAsync(_host, _shop, 0, Orders);
        await LateShop.AllEndAsync(_host, _shop, Orders);

        Assert.All(_supplier.Submitted.Values, times => Assert.Equal(1, times));
        Assert.Single(_host.Log.Lines, line => line.Text.Contains("storage cannot be written", StringComparison.Ordinal));

        _storage.IsDown = false;
        await LateShop.PlaceAsync(_host, _shop, Orders, 1);
        await Patience.UntilAsync(() => _storage.GetMonitoringApi().ScheduledCount() > 0);
    }

    [Fact]
    public async Task RecurringJobs_RunWithoutTheStorage()
    {
        _storage.IsDown = true;
        var jobs = _host.Services.GetRequiredService<IJobStore>();

        await jobs.RequestAsync(RecurringJobs.Expiry.Name, new Core.Auditing.Actor("operator:li", null));
        _host.Services.GetRequiredService<IJobQueue>().RunNow(RecurringJobs.Expiry.Name);

        await Patience.UntilAsync(async () => await jobs.FindAsync(RecurringJobs.Expiry.Name, TestContext.Current.CancellationToken) is { RequestedAt: null, SucceededAt: not null });
    }

    private List<RecurringJobDto> Listed()
    {
        using var connection = _storage.GetConnection();
        return connection.GetRecurringJobs();
    }
}
