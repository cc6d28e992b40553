using System.Text;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Core.Tests.Webhooks;

public sealed class WebhookSignatureTests
{
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";

    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_614_265_330);
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");
    private static readonly WebhookSecret Secret = Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    private static readonly WebhookSecret Other = Parse("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");

    /// <summary>The vector that the Standard Webhooks libraries share.</summary>
    [Fact]
    public void Sign_GivesTheSignatureOfTheStandardsOwnVector() =>
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", WebhookSignature.Sign(Secret, Id, At, Body));

    [Fact]
    public void Verify_TakesAnyOfSeveralSignaturesAndSecrets()
    {
        var good = WebhookSignature.Sign(Secret, Id, At, Body);
        var other = WebhookSignature.Sign(Other, Id, At, Body);

        Assert.Equal(WebhookVerdict.Genuine, Verify([Secret], good));
        Assert.Equal(WebhookVerdict.Genuine, Verify([Secret], $"{other} v2,xyz {good}"));
        Assert.Equal(WebhookVerdict.Genuine, Verify([Other, Secret], good));
    }

    [Theory]
    [InlineData("v1,AAAA")]
    [InlineData("v1,")]
    [InlineData("v1")]
    [InlineData("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE")]
    [InlineData("v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Verify_RefusesWhatIsNoSignature(string signatures) => Assert.Equal(WebhookVerdict.WrongSignature, Verify([Secret], signatures));

    [Fact]
    public void Verify_RefusesAnotherBodyIdTimeOrSecret()
    {
        var good = WebhookSignature.Sign(Secret, Id, At, Body);

        Assert.Equal(WebhookVerdict.WrongSignature, Verify([Other], good));
        Assert.Equal(WebhookVerdict.WrongSignature, Verify([], good));
        Assert.Equal(WebhookVerdict.WrongSignature, Verify([Secret], good, id: "msg_other"));
        Assert.Equal(WebhookVerdict.WrongSignature, Verify([Secret], good, timestamp: "1614265331"));
        Assert.Equal(WebhookVerdict.WrongSignature, WebhookSignature.Verify([Secret], Id, "1614265330", good, [.. Body, (byte)' '], At));
    }

    [Theory]
    [InlineData(-300, WebhookVerdict.Genuine)]
    [InlineData(300, WebhookVerdict.Genuine)]
    [InlineData(-301, WebhookVerdict.OutOfTime)]
    [InlineData(301, WebhookVerdict.OutOfTime)]
    public void Verify_ToleratesFiveMinutesOnEitherSide(int seconds, WebhookVerdict verdict) =>
        Assert.Equal(verdict, Verify([Secret], WebhookSignature.Sign(Secret, Id, At, Body), now: At.AddSeconds(seconds)));

    [Theory]
    [InlineData("soon")]
    [InlineData("-1614265330")]
    [InlineData("1614265330.0")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999")]
    public void Verify_RefusesTimestampsThatAreNone(string timestamp) =>
        Assert.Equal(WebhookVerdict.OutOfTime, Verify([Secret], WebhookSignature.Sign(Secret, Id, At, Body), timestamp: timestamp));

    [Fact]
    public void Verify_RefusesWithoutAHeader()
    {
        var good = WebhookSignature.Sign(Secret, Id, At, Body);

        Assert.Equal(WebhookVerdict.HeaderMissing, WebhookSignature.Verify([Secret], null, "1614265330", good, Body, At));
        Assert.Equal(WebhookVerdict.HeaderMissing, WebhookSignature.Verify([Secret], Id, null, good, Body, At));
        Assert.Equal(WebhookVerdict.HeaderMissing, WebhookSignature.Verify([Secret], Id, "1614265330", "", Body, At));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!")]
    public void Secret_OfAnotherFormIsNone(string? text) => Assert.False(WebhookSecret.TryParse(text, out _));

    [Fact]
    public void Secret_IsReadAsItIsWritten_AndPrintsNothing()
    {
        var made = WebhookSecret.Create(new Bytes());

        Assert.True(WebhookSecret.TryParse(made.Text, out var read));
        Assert.Equal(WebhookSignature.Sign(made, Id, At, Body), WebhookSignature.Sign(read, Id, At, Body));
        Assert.Equal("WebhookSecret", $"{made}");
    }

    private static WebhookVerdict Verify(IReadOnlyList<WebhookSecret> secrets, string signatures, string id = Id, string timestamp = "1614265330", DateTimeOffset? now = null) =>
        WebhookSignature.Verify(secrets, id, timestamp, signatures, Body, now ?? At);

    private static WebhookSecret Parse(string text) => WebhookSecret.TryParse(text, out var secret) ? secret : throw new ArgumentException(text);

    private sealed class Bytes : IRandomBytes
    {
        public void Fill(Span<byte> destination) => destination.Fill(7);
    }
}
