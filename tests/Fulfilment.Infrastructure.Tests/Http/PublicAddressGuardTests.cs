using System.Net;
using System.Net.Sockets;
using System.Text;
using Fulfilment.Infrastructure.Http;

namespace Fulfilment.Infrastructure.Tests.Http;

public sealed class PublicAddressGuardTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public PublicAddressGuardTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.0.192", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.88.99.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("198.51.100.1", false)]
    [InlineData("203.0.113.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b:1::7f00:1", false)]
    [InlineData("100::1", false)]
    [InlineData("2001::7f00:1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("3fff::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    public void Contains_OnlyWhatIsOnThePublicInternet(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddresses.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://shop.example/hook", true, true)]
    [InlineData("https://8.8.8.8:8443/", true, true)]
    [InlineData("http://shop.example/hook", false, true)]
    [InlineData("https://127.0.0.1/", false, true)]
    [InlineData("https://2130706433/", false, true)]
    [InlineData("https://0x7f.1/", false, true)]
    [InlineData("https://[::1]/", false, true)]
    [InlineData("https://[::ffff:127.0.0.1]/", false, true)]
    [InlineData("https://user:password@shop.example/", false, false)]
    [InlineData("ftp://shop.example/", false, false)]
    [InlineData("file:///etc/passwd", false, false)]
    public void Allows_HttpsToWhatMayBePublic(string url, bool inPublic, bool inPrivate)
    {
        Assert.Equal(inPublic, new PublicAddressGuard(allowPrivate: false).Allows(new Uri(url)));
        Assert.Equal(inPrivate, new PublicAddressGuard(allowPrivate: true).Allows(new Uri(url)));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("8.8.8.8,127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    public async Task Connect_RefusesANameThatPointsInside_AndOpensNoConnection(string addresses)
    {
        using var client = Client(new PublicAddressGuard(allowPrivate: false, Resolve(addresses)));

        var failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(Url("shop.example"), TestContext.Current.CancellationToken));

        Assert.IsType<AddressNotPublicException>(failed.InnerException);
        Assert.False(_listener.Pending());
    }

    [Fact]
    public async Task Connect_ReachesAPrivateAddress_WhereThatIsAllowed()
    {
        using var client = Client(new PublicAddressGuard(allowPrivate: true, Resolve("127.0.0.1")));
        var served = ServeOnceAsync();

        using var answer = await client.GetAsync(Url("shop.example"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await served;
    }

    [Fact]
    public async Task Connect_RefusesALiteralAddress_WithoutAskingForIt()
    {
        using var client = Client(new PublicAddressGuard(allowPrivate: false, (_, _) => throw new InvalidOperationException("No name was given.")));

        var failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(Url("127.0.0.1"), TestContext.Current.CancellationToken));

        Assert.IsType<AddressNotPublicException>(failed.InnerException);
    }

    [Fact]
    public async Task Connect_SaysThatAHostIsNotThere_WhenItHasNoAddress()
    {
        using var client = Client(new PublicAddressGuard(allowPrivate: false, (_, _) => Task.FromResult(Array.Empty<IPAddress>())));

        var failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(Url("shop.example"), TestContext.Current.CancellationToken));

        Assert.IsType<SocketException>(failed.InnerException);
    }

    private static Func<string, CancellationToken, Task<IPAddress[]>> Resolve(string addresses) =>
        (_, _) => Task.FromResult(addresses.Split(',').Select(IPAddress.Parse).ToArray());

    private static HttpClient Client(PublicAddressGuard guard) => new(guard.CreateHandler(TimeSpan.FromSeconds(5)));

    private Uri Url(string host) => new($"http://{host}:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    private async Task ServeOnceAsync()
    {
        using var connection = await _listener.AcceptSocketAsync();
        await connection.ReceiveAsync(new byte[4096]);
        await connection.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
    }
}
