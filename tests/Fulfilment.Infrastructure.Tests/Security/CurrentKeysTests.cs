using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Tests.Security;

public sealed class CurrentKeysTests
{
    private static readonly CodeText Code = new("N", "S");

    [Fact]
    public async Task ThreadsThatEncrypt_FollowTheRing_AndOpenEverythingMadeBefore()
    {
        var keys = new CurrentKeys(KeyRing.Create());
        using var codes = new CodeProtection(keys);
        var old = codes.Protect(1, Code);
        using var started = new Barrier(5);
        using var switched = new ManualResetEventSlim();
        var threads = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                // This thread has ciphers of the first ring by now.
                Assert.Equal(1, codes.Protect(1, Code)[1]);
                started.SignalAndWait();
                switched.Wait();
                var renewed = codes.Protect(1, Code);
                Assert.Equal(2, renewed[1]);
                Assert.Equal(Code, codes.Reveal(1, renewed));
                Assert.Equal(Code, codes.Reveal(1, old));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        started.SignalAndWait(TestContext.Current.CancellationToken);

        keys.Use(keys.Ring.With(2, SecretKey.Create()).WithActive(2));
        switched.Set();

        await Task.WhenAll(threads);
    }

    [Fact]
    public void RetiredKey_OpensNothingAnyMore_OnAThreadThatHasUsedIt()
    {
        var keys = new CurrentKeys(KeyRing.Create());
        using var codes = new CodeProtection(keys);
        var old = codes.Protect(1, Code);
        keys.Use(keys.Ring.With(2, SecretKey.Create()).WithActive(2));
        Assert.Equal(Code, codes.Reveal(1, old));

        keys.Use(keys.Ring.Without(1));

        Assert.Throws<CodeProtectionException>(() => codes.Reveal(1, old));
    }

    [Fact]
    public void OtherKeys_AreRefused_AndTheFirstStayInForce()
    {
        var ring = KeyRing.Create();
        var keys = new CurrentKeys(ring);

        Assert.Throws<KeyRingException>(() => keys.Use(KeyRing.Create()));
        Assert.Throws<KeyRingException>(() => keys.Use(ring.With(2, SecretKey.Create()).WithActive(2).Without(1).With(1, SecretKey.Create())));
        Assert.Same(ring, keys.Ring);
    }
}
