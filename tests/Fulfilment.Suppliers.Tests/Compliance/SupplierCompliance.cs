using System.Globalization;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Tests;
using Fulfilment.Suppliers.Tests.Servers;

namespace Fulfilment.Suppliers.Tests.Compliance;

/// <summary>
/// What every adapter has to keep, whatever it speaks: a submission arrives at most once, is unknown when its answer is not whole and clear, and is "not sent"
/// only when not a byte of it left this machine. Against a real server, by way of the pipeline that the engine calls it through.
/// </summary>
public abstract partial class SupplierCompliance
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);

    private static int _references;

    /// <summary>The adapter.</summary>
    protected abstract ISupplierAdapter Adapter { get; }

    /// <summary>What the adapter's time-out is in <see cref="Settings"/>: seconds rather than minutes, and the same for all tests.</summary>
    protected abstract TimeSpan TotalTimeout { get; }

    /// <summary>Settings for a supplier at this address: JSON with secrets, and <c>limits.breakerAfter</c> so high that the breaker stays closed.</summary>
    protected abstract string Settings(Uri address);

    /// <summary>A whole HTTP answer (see <see cref="RawServer.Answer"/>) that says: issued.</summary>
    protected abstract string IssuedAnswer(SupplierRequest request);

    /// <summary>A unit to ask for.</summary>
    protected virtual SupplierRequest NewRequest() => new()
    {
        AttemptId = 7_300_000_000_000_000_000 + Interlocked.Increment(ref _references),
        SupplierSku = "V1",
        Recipient = "13800000000",
        ExpectsCode = true,
        MaxCost = new Money(125_000),
        Currency = "CNY",
        CreatedAt = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero),
    };

    [Fact]
    public void Settings_HaveNoMistakes() =>
        Assert.Empty(new SupplierAdapters([Adapter]).Check(Adapter.Name, Settings(new Uri("http://127.0.0.1:1/"))));

    [Fact]
    public async Task Issue_IsIssued_WhenTheSupplierSaysSo()
    {
        var request = NewRequest();
        await using var server = AlwaysAnswers(_ => IssuedAnswer(request));
        using var bench = Bench(server.Address);

        var answer = await bench.IssueAsync(request);

        var issued = Assert.IsType<SupplierOutcome.Issued>(Assert.IsType<SupplierAnswer.Answered>(answer).Outcome);
        Assert.Equal(request.ExpectsCode, issued.Codes.Count > 0);
        Assert.Single(server.Requests);
        Assert.Contains(request.Reference, server.Requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Issue_ArrivesOnce_WhenTheServerReadsAndCloses(bool reset)
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            Close(connection, reset);
        });
        using var bench = Bench(server.Address);

        var answer = await bench.IssueAsync(NewRequest());

        AssertUnknown(answer, "connection_lost");
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Issue_ArrivesOnce_WhenTheServerClosesAKeptConnectionOnIt(bool reset)
    {
        var first = NewRequest();
        await using var server = new RawServer(async connection =>
        {
            if (await connection.ReadRequestAsync() is not null && connection.Number == 1)
            {
                await connection.SendAsync(IssuedAnswer(first));
                await connection.ReadRequestAsync();
            }

            Close(connection, reset);
        });
        using var bench = Bench(server.Address);
        await bench.IssueAsync(first);

        var second = NewRequest();
        var answer = await bench.IssueAsync(second);

        AssertUnknown(answer, "connection_lost");
        Assert.Equal(1, server.Requests.Count(request => request.Contains(second.Reference, StringComparison.Ordinal)));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Issue_ArrivesOnce_WhenKeptConnectionsAreClosedAtAnyMoment()
    {
        var request = NewRequest();
        await using var server = new RawServer(async connection =>
        {
            if (await connection.ReadRequestAsync() is not null)
            {
                await connection.SendAsync(IssuedAnswer(request));
            }
        });
        using var bench = Bench(server.Address);

        for (var i = 0; i < 30; i++)
        {
            var before = server.Requests.Count;
            request = NewRequest();
            var answer = await bench.IssueAsync(request);

            // The closing may be seen before the request is written, after it, or never.
            var arrivals = server.Requests.Count - before;
            Assert.InRange(arrivals, 0, 1);
            Assert.True(arrivals == 1 || answer is SupplierAnswer.Answered { Outcome: SupplierOutcome.Unknown } or SupplierAnswer.NotSent);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Issue_IsSentOnOneConnection_WhenTheServerClosesBeforeReading(bool reset)
    {
        await using var server = new RawServer(async connection =>
        {
            if (connection.Number > 1)
            {
                await connection.ReadRequestAsync();
            }

            Close(connection, reset);
        });
        using var bench = Bench(server.Address);

        var answer = await bench.IssueAsync(NewRequest());

        // .NET may see the end before it writes: then nothing was sent, and the one that arrives on another connection is the first.
        Assert.True(server.Requests.Count <= 1);
        Assert.True(answer is SupplierAnswer.Answered { Outcome: SupplierOutcome.Unknown });
    }

    [Fact]
    public async Task Issue_IsUnknown_WhenNoAnswerComes()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WaitForEndAsync();
        });
        var time = new ManualTimeProvider();
        using var bench = Bench(server.Address, time);

        var asking = bench.IssueAsync(NewRequest());
        await server.ArrivalAsync();
        time.Advance(TotalTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        AssertUnknown(await asking, "timeout");
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Ty")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"code\":0")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"code\":0\r\n")]
    public async Task Issue_IsUnknown_WhenHalfAnAnswerComes(string half)
    {
        await using var server = AlwaysAnswers(_ => half, thenCloses: true);
        using var bench = Bench(server.Address);

        AssertUnknown(await bench.IssueAsync(NewRequest()));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Issue_IsUnknownAndGoesNowhereElse_WhenItIsRedirected(int status)
    {
        await using var server = AlwaysAnswers(_ => $"HTTP/1.1 {status} Elsewhere\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
        using var bench = Bench(server.Address);

        AssertUnknown(await bench.IssueAsync(NewRequest()), string.Create(CultureInfo.InvariantCulture, $"http_{status}"));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(500, "text/html", "<html><body>Internal Server Error</body></html>")]
    [InlineData(502, "text/html", "<html><body>502 Bad Gateway</body></html>")]
    [InlineData(503, "application/problem+json", "{\"code\":\"overloaded\"}")]
    [InlineData(504, "text/plain", "")]
    [InlineData(404, "text/html", "<html><body>404 Not Found</body></html>")]
    [InlineData(200, "text/html", "<html><body>Please log in</body></html>")]
    [InlineData(200, "application/json", "{")]
    [InlineData(200, "application/json", "[]")]
    [InlineData(200, "application/json", "null")]
    [InlineData(200, "application/json", "{\"unexpected\":true}")]
    [InlineData(200, "application/octet-stream", "\u0001\u0002\ufffd")]
    [InlineData(204, "application/json", "")]
    public async Task Issue_IsUnknown_WhenTheAnswerSaysNothing(int status, string contentType, string body)
    {
        await using var server = AlwaysAnswers(_ => status == 204 ? "HTTP/1.1 204 No Content\r\n\r\n" : RawServer.Answer(status, contentType, body));
        using var bench = Bench(server.Address);

        AssertUnknown(await bench.IssueAsync(NewRequest()));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("HTTP/9.9 abc\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: minus one\r\n\r\n{}")]
    public async Task Issue_IsUnknown_WhenTheAnswerIsNoHttp(string garbage)
    {
        await using var server = AlwaysAnswers(_ => garbage, thenCloses: true);
        using var bench = Bench(server.Address);

        AssertUnknown(await bench.IssueAsync(NewRequest()));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Issue_IsUnknown_WhenTheAnswerIsHuge()
    {
        await using var server = AlwaysAnswers(_ => RawServer.Answer(200, "application/json", new string(' ', RawAnswer.LongestBody + 1)));
        using var bench = Bench(server.Address);

        AssertUnknown(await bench.IssueAsync(NewRequest()), "too_long");
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Issue_IsUnknown_WhenTheAnswerDrips()
    {
        var drops = new SemaphoreSlim(0);
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                await connection.SendAsync(" ");
                drops.Release();
            }

            await connection.WaitForEndAsync();
        });
        var time = new ManualTimeProvider();
        using var bench = Bench(server.Address, time);

        var asking = bench.IssueAsync(NewRequest());
        for (var i = 0; i < 3; i++)
        {
            await drops.WaitAsync(TestContext.Current.CancellationToken);
        }

        time.Advance(TotalTimeout);

        AssertUnknown(await asking, "timeout");
    }

    private static void Close(RawConnection connection, bool reset)
    {
        if (reset)
        {
            connection.Reset();
        }
    }

    private static RawServer AlwaysAnswers(Func<string, string> answer, bool thenCloses = false) => new(async connection =>
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            await connection.SendAsync(answer(request));
            if (thenCloses)
            {
                return;
            }
        }
    });

    private static void AssertUnknown(SupplierAnswer answer, string? reason = null)
    {
        var unknown = Assert.IsType<SupplierOutcome.Unknown>(Assert.IsType<SupplierAnswer.Answered>(answer).Outcome);
        if (reason is not null)
        {
            Assert.Equal(reason, unknown.Reason);
        }
    }

    private SupplierBench Bench(Uri address, TimeProvider? time = null, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null) =>
        new(Adapter, Settings(address), time ?? TimeProvider.System, Window, connect);
}
