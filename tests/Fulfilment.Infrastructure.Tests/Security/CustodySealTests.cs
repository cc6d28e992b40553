using System.Security.Cryptography;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Tests.Security;

public sealed class CustodySealTests
{
    private static readonly byte[] Message = [1, 2, 3];

    [Fact]
    public void Seal_IsHmacSha256WithTheCustodyKey()
    {
        var keys = KeyRing.Create();
        using var seal = new CustodySeal(keys);
        var mac = new byte[32];

        seal.Seal(Message, mac);

        Assert.Equal(HMACSHA256.HashData(keys.Custody.Bytes, Message), mac);
        Assert.True(seal.Verify(Message, mac));
    }

    [Fact]
    public void Verify_RefusesAnythingElse()
    {
        using var seal = new CustodySeal(KeyRing.Create());
        using var other = new CustodySeal(KeyRing.Create());
        var mac = new byte[32];
        seal.Seal(Message, mac);

        Assert.False(other.Verify(Message, mac));
        Assert.False(seal.Verify([1, 2, 4], mac));
        Assert.False(seal.Verify(Message, mac.AsSpan(0, 31)));
        Assert.False(seal.Verify(Message, []));
        for (var at = 0; at < mac.Length; at++)
        {
            mac[at] ^= 1;
            Assert.False(seal.Verify(Message, mac));
            mac[at] ^= 1;
        }
    }

    [Fact]
    public void Seal_RefusesADestinationOfAnotherSize()
    {
        using var seal = new CustodySeal(KeyRing.Create());

        Assert.Throws<ArgumentException>(() => seal.Seal(Message, new byte[16]));
    }
}
