using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;

namespace Fulfilment.Host.Tests;

public sealed class ShutdownTests
{
    [Fact]
    public async Task StoppingHost_FinishesTheRequestsItHas_AndTakesNoMore()
    {
        var entered = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        await using var host = await TestHost.StartAsync(new TestHostOptions
        {
            Endpoints = app => app.MapGet("/test/slow", async () =>
            {
                entered.SetResult();
                await leave.Task;
                return "done";
            }),
        });

        var slow = host.GetAsync("/test/slow");
        await entered.Task.WaitAsync(TestContext.Current.CancellationToken);
        var stopping = host.StopAsync();
        await host.WaitUntilStoppingAsync();
        Assert.False(stopping.IsCompleted);

        leave.SetResult();
        using var answer = await slow;
        await stopping;

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("done", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var late = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(async () => await late.ConnectAsync("127.0.0.1", host.Client.BaseAddress!.Port, TestContext.Current.CancellationToken));
    }
}
