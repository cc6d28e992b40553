using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Http;
using Fulfilment.Suppliers.Tests.Servers;

namespace Fulfilment.Suppliers.Tests.Http;

/// <summary>What .NET sends again by itself, and what it must not be able to.</summary>
public sealed class SupplierHttpTests
{
    private static readonly Func<WholeAnswer, SupplierAnswer> Read = answer => new SupplierAnswer.Answered(new SupplierOutcome.Processing(), answer.Raw);

    [Theory]
    [InlineData("GET", false)]
    [InlineData("GET", true)]
    [InlineData("POST", false)]
    [InlineData("POST", true)]
    public async Task Submission_ArrivesOnce_WhenAKeptConnectionBreaks(string method, bool reset)
    {
        await using var server = ClosesOnSecond(reset);
        using var http = new SupplierHttp(TimeProvider.System, TimeSpan.FromSeconds(5));
        await SubmitAsync(http, server, method);

        var answer = await SubmitAsync(http, server, method);

        Assert.Equal(new SupplierOutcome.Unknown("connection_lost"), Assert.IsType<SupplierAnswer.Answered>(answer).Outcome);
        Assert.Equal(2, server.Requests.Count);
    }

    // The permit guards the text inside TLS: the handshake needs none, and leaves nothing behind.
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Submission_ArrivesOnce_InsideTls(string method)
    {
        using var certificate = SelfSigned();
        await using var server = ClosesOnSecond(reset: false, certificate);
        var trusting = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString() };
        using var http = new SupplierHttp(TimeProvider.System, TimeSpan.FromSeconds(5), null, trusting);
        Assert.IsType<SupplierOutcome.Processing>(Assert.IsType<SupplierAnswer.Answered>(await SubmitAsync(http, server, method)).Outcome);

        var answer = await SubmitAsync(http, server, method);

        Assert.IsType<SupplierOutcome.Unknown>(Assert.IsType<SupplierAnswer.Answered>(answer).Outcome);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Submission_IsNotSent_ToWhomHasNoGoodCertificate()
    {
        using var certificate = SelfSigned();
        await using var server = ClosesOnSecond(reset: false, certificate);
        using var http = new SupplierHttp(TimeProvider.System, TimeSpan.FromSeconds(5));

        Assert.Equal(new SupplierAnswer.NotSent("connect_failed"), await SubmitAsync(http, server, "POST"));
        Assert.Empty(server.Requests);
    }

    // The reason for all of it: the same without a permit.
    [Fact]
    public async Task Query_ArrivesAgain_WhenAKeptConnectionBreaks()
    {
        await using var server = ClosesOnSecond(reset: false);
        using var http = new SupplierHttp(TimeProvider.System, TimeSpan.FromSeconds(5));
        await QueryAsync(http, server);

        await QueryAsync(http, server);

        Assert.True(server.Requests.Count > 2);
    }

    [Fact]
    public async Task Submission_IsUnknown_WhenItsReaderCannotReadIt()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(RawServer.Answer(200, "application/json", "{}"));
        });
        using var http = new SupplierHttp(TimeProvider.System, TimeSpan.FromSeconds(5));
        using var message = new HttpRequestMessage(HttpMethod.Get, server.Address);

        var answer = await http.SubmitAsync(message, Permit(), TimeSpan.FromSeconds(5), _ => throw new KeyNotFoundException(), TestContext.Current.CancellationToken);

        var answered = Assert.IsType<SupplierAnswer.Answered>(answer);
        Assert.Equal(new SupplierOutcome.Unknown("unreadable"), answered.Outcome);
        Assert.Equal("{}"u8.ToArray(), answered.Raw!.Body);
    }

    // Two flows on one connection pool: neither may write by the other's right.
    [Fact]
    public async Task Submission_SendsNothing_WhenOnlyAnotherFlowMay()
    {
        await using var server = new RawServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                await connection.SendAsync(RawServer.Answer(200, "application/json", "{}"));
            }
        });
        using var http = new SupplierHttp(TimeProvider.System, TimeSpan.FromSeconds(5));
        var closed = Permit();
        closed.Close();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, i % 2 == 0 ? "may" : "may-not"));
            return await http.SubmitAsync(message, i % 2 == 0 ? Permit() : closed, TimeSpan.FromSeconds(5), Read, TestContext.Current.CancellationToken);
        }));

        Assert.Equal(50, answers.Count(answer => answer is SupplierAnswer.NotSent));
        Assert.Equal(50, server.Requests.Count);
        Assert.DoesNotContain(server.Requests, request => request.Contains("may-not", StringComparison.Ordinal));
    }

    private static SendPermit Permit() => new(TimeProvider.System, TimeSpan.FromSeconds(20));

    private static RawServer ClosesOnSecond(bool reset, X509Certificate2? certificate = null) => new(async connection =>
    {
        if (await connection.ReadRequestAsync() is not null && connection.Number == 1)
        {
            await connection.SendAsync(RawServer.Answer(200, "application/json", "{}"));
            await connection.ReadRequestAsync();
        }

        if (reset)
        {
            connection.Reset();
        }
    }, certificate);

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = new CertificateRequest("CN=supplier", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private static async Task<SupplierAnswer> SubmitAsync(SupplierHttp http, RawServer server, string method)
    {
        using var message = new HttpRequestMessage(new HttpMethod(method), server.Address);
        return await http.SubmitAsync(message, Permit(), TimeSpan.FromSeconds(5), Read, TestContext.Current.CancellationToken);
    }

    private static async Task QueryAsync(SupplierHttp http, RawServer server)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, server.Address);
        await http.QueryAsync(message, Read, TestContext.Current.CancellationToken);
    }
}
