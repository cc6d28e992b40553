using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Http;
using Fulfilment.Suppliers.Pipeline;

namespace Fulfilment.Suppliers.Tests.Compliance;

/// <summary>A supplier as the directory makes one, with the time and the way of connecting that a test chooses.</summary>
internal sealed class SupplierBench : IDisposable
{
    private readonly SupplierHttp _http;
    private readonly TimeProvider _time;
    private readonly TimeSpan _window;

    public SupplierBench(
        ISupplierAdapter adapter, string settings, TimeProvider time, TimeSpan window, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect)
    {
        var read = new AdapterSettings(settings);
        var limits = read.Limits(adapter.LimitsOf(read.Own));
        (_time, _window) = (time, window);
        _http = new SupplierHttp(time, TimeSpan.FromSeconds(limits.ConnectTimeoutSeconds), connect);
        Supplier = new SupplierPipeline(adapter.Create(read.Own, _http, time), limits, time);
    }

    public SupplierPipeline Supplier { get; }

    public SendPermit NewPermit() => new(_time, _window);

    public Task<SupplierAnswer> IssueAsync(SupplierRequest request) => Supplier.IssueAsync(request, NewPermit(), TestContext.Current.CancellationToken);

    public void Dispose()
    {
        Supplier.Dispose();
        _http.Dispose();
    }
}
