using System.Globalization;
using System.Net.Sockets;
using Fulfilment.Core.Storage;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Tests;
using Fulfilment.Suppliers.Tests.Servers;

namespace Fulfilment.Suppliers.Tests.Compliance;

/// <summary>When nothing may be sent, and what may be repeated.</summary>
public abstract partial class SupplierCompliance
{
    [Fact]
    public async Task Issue_IsNotSent_WhenTheConnectionIsRefused()
    {
        using var bench = Bench(RawServer.Nobody());
        var permit = bench.NewPermit();

        var answer = await bench.Supplier.IssueAsync(NewRequest(), permit, TestContext.Current.CancellationToken);

        Assert.Equal(new SupplierAnswer.NotSent("connect_failed"), answer);
        Assert.False(permit.TryUse(this));
    }

    [Fact]
    public async Task Issue_IsNotSent_WhenTheNameIsNotFound()
    {
        using var bench = Bench(new Uri("http://no-such-supplier.invalid/"));

        Assert.Equal(new SupplierAnswer.NotSent("connect_failed"), await bench.IssueAsync(NewRequest()));
    }

    [Fact]
    public async Task Issue_IsIssued_WhenTheSecondConnectionIsMade()
    {
        var request = NewRequest();
        await using var server = AlwaysAnswers(_ => IssuedAnswer(request));
        var tries = 0;
        using var bench = Bench(server.Address, connect: (context, cancellation) =>
            ++tries == 1 ? throw new SocketException((int)SocketError.ConnectionRefused) : ConnectAsync(context, cancellation));

        var answer = await bench.IssueAsync(request);

        Assert.IsType<SupplierOutcome.Issued>(Assert.IsType<SupplierAnswer.Answered>(answer).Outcome);
        Assert.Equal((2, 1), (tries, server.Requests.Count));
    }

    [Fact]
    public async Task Issue_SendsNothing_WhenThePermitHasExpired()
    {
        await using var server = AlwaysAnswers(_ => IssuedAnswer(NewRequest()));
        var time = new ManualTimeProvider();
        using var bench = Bench(server.Address, time);
        var permit = bench.NewPermit();
        time.Stall(Window);

        var answer = await bench.Supplier.IssueAsync(NewRequest(), permit, TestContext.Current.CancellationToken);

        Assert.Equal(new SupplierAnswer.NotSent("send_deadline_passed"), answer);
        Assert.Equal((0, 0), (server.Connections, server.Requests.Count));
    }

    // A worker that is frozen, as by a paused machine, wakes with its lease gone.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Issue_SendsNothing_WhenThePermitExpiresWhileConnecting(bool whileAsleep)
    {
        await using var server = AlwaysAnswers(_ => IssuedAnswer(NewRequest()));
        var time = new ManualTimeProvider();
        using var bench = Bench(server.Address, time, connect: async (context, cancellation) =>
        {
            var connection = await ConnectAsync(context, cancellation);
            if (whileAsleep)
            {
                // The monotonic clock stood still meanwhile.
                time.Step(Window);
            }
            else
            {
                time.Stall(Window);
            }

            return connection;
        });

        var answer = await bench.IssueAsync(NewRequest());

        Assert.Equal(new SupplierAnswer.NotSent("send_deadline_passed"), answer);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Issue_SendsNothing_WhenThePermitWasClosed()
    {
        await using var server = AlwaysAnswers(_ => IssuedAnswer(NewRequest()));
        using var bench = Bench(server.Address);
        var permit = bench.NewPermit();
        permit.Close();

        var answer = await bench.Supplier.IssueAsync(NewRequest(), permit, TestContext.Current.CancellationToken);

        Assert.IsType<SupplierAnswer.NotSent>(answer);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Issue_Refuses_InsideAnOpenTransaction()
    {
        await using var server = AlwaysAnswers(_ => IssuedAnswer(NewRequest()));
        using var bench = Bench(server.Address);
        using (OpenTransaction.Enter())
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => bench.IssueAsync(NewRequest()));
            await Assert.ThrowsAsync<InvalidOperationException>(() => bench.Supplier.QueryAsync(NewRequest(), CancellationToken.None));
            await Assert.ThrowsAsync<InvalidOperationException>(() => bench.Supplier.BalanceAsync(CancellationToken.None));
            await Assert.ThrowsAsync<InvalidOperationException>(() => bench.Supplier.ProductsAsync(CancellationToken.None));
        }

        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task Issue_IsUnknown_WhenItIsCancelledMidway()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WaitForEndAsync();
        });
        using var bench = Bench(server.Address);
        using var cancellation = new CancellationTokenSource();

        var asking = bench.Supplier.IssueAsync(NewRequest(), bench.NewPermit(), cancellation.Token);
        await server.ArrivalAsync();
        await cancellation.CancelAsync();

        AssertUnknown(await asking, "cancelled");
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Issue_IsNotSent_WhenItIsCancelledWhileConnecting()
    {
        var connecting = new TaskCompletionSource();
        using var bench = Bench(RawServer.Nobody(), connect: async (_, cancellation) =>
        {
            connecting.SetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException();
        });
        using var cancellation = new CancellationTokenSource();
        var permit = bench.NewPermit();

        var asking = bench.Supplier.IssueAsync(NewRequest(), permit, cancellation.Token);
        await connecting.Task;
        await cancellation.CancelAsync();

        Assert.Equal(new SupplierAnswer.NotSent("cancelled"), await asking);
        Assert.False(permit.TryUse(this));
    }

    [Fact]
    public async Task Query_IsRepeated_WhenTheConnectionBreaks()
    {
        await using var server = new RawServer(connection => connection.ReadRequestAsync());
        using var bench = Bench(server.Address);
        if (!bench.Supplier.CanQuery)
        {
            return;
        }

        AssertUnknown(await bench.Supplier.QueryAsync(NewRequest(), TestContext.Current.CancellationToken), "connection_lost");
        Assert.True(server.Requests.Count > 1);
    }

    [Theory]
    [InlineData(502, "text/html", "<html><body>502 Bad Gateway</body></html>")]
    [InlineData(404, "text/html", "<html><body>404 Not Found</body></html>")]
    [InlineData(200, "application/json", "{")]
    [InlineData(200, "application/json", "{\"unexpected\":true}")]
    public async Task Query_IsUnknownAndNeverNotFound_WhenTheAnswerSaysNothing(int status, string contentType, string body)
    {
        await using var server = AlwaysAnswers(_ => RawServer.Answer(status, contentType, body));
        using var bench = Bench(server.Address);
        if (bench.Supplier.CanQuery)
        {
            AssertUnknown(await bench.Supplier.QueryAsync(NewRequest(), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Callback_IsRefused_WhenItIsNotTheSuppliers()
    {
        await using var server = AlwaysAnswers(_ => "");
        using var bench = Bench(server.Address);
        foreach (var body in new[] { "", "{", "null", "[]", "{\"status\":\"failed\"}", "status=1&sign=0", "\u0001" })
        {
            var parsed = bench.Supplier.ParseCallback(new CallbackRequest
            {
                Method = "POST",
                QueryString = "?status=1&sign=0",
                Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = "application/json" },
                Body = System.Text.Encoding.UTF8.GetBytes(body),
            });

            Assert.InRange(Assert.IsType<ParsedCallback.Refused>(parsed).Reply.Status, 200, 499);
        }
    }

    // Every kind of break at random, many at once on kept connections: whatever happened, nothing arrived twice and nothing that arrived was called not sent.
    [Fact]
    public async Task Issue_ArrivesAtMostOnce_WhateverBreaks()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var random = new Random(seed);
        await using var server = new RawServer(async connection =>
        {
            while (Next(random) is not 0 && await connection.ReadRequestAsync() is { } text)
            {
                switch (Next(random))
                {
                    case 1:
                        connection.Reset();
                        return;
                    case 2:
                        return;
                    case 3:
                        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{");
                        return;
                    default:
                        await connection.SendAsync(RawServer.Answer(502, "text/html", text));
                        break;
                }
            }
        });
        using var bench = Bench(server.Address);
        var requests = Enumerable.Range(0, 300).Select(_ => NewRequest()).ToList();
        var answers = new Dictionary<string, SupplierAnswer>();
        foreach (var group in requests.Chunk(20))
        {
            var answered = await Task.WhenAll(group.Select(async request => (request.Reference, Answer: await bench.IssueAsync(request))));
            foreach (var (reference, answer) in answered)
            {
                answers.Add(reference, answer);
            }
        }

        foreach (var (reference, answer) in answers)
        {
            var arrivals = server.Requests.Count(request => request.Contains(reference, StringComparison.Ordinal));
            Assert.InRange(arrivals, 0, answer is SupplierAnswer.NotSent ? 0 : 1);
        }
    }

    private static int Next(Random random)
    {
        lock (random)
        {
            return random.Next(6);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
