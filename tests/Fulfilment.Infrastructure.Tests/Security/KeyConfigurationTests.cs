using System.Security.Cryptography;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Tests.Security;

public sealed class KeyConfigurationTests
{
    [Fact]
    public void Complete_GivesTheRing()
    {
        var configuration = Complete();
        configuration.Encryption["7"] = NewKey();
        configuration.Active = "7";

        var keys = configuration.ToKeyRing();

        Assert.Equal(7, keys.ActiveEncryptionId);
        Assert.Equal(new byte[] { 1, 7 }, keys.Encryption.Keys.Order());
        Assert.Equal(configuration.LookUp, Convert.ToBase64String(keys.LookUp.Bytes));
    }

    [Fact]
    public void Nothing_IsNotPresent_AndEmptyEnvironmentVariablesAreNothing()
    {
        Assert.False(new KeyConfiguration().IsPresent());
        Assert.False(new KeyConfiguration { Fingerprint = "", Encryption = { ["1"] = "" } }.IsPresent());
        Assert.True(new KeyConfiguration { Encryption = { ["1"] = "x" } }.IsPresent());
        Assert.True(new KeyConfiguration { Custody = "x" }.IsPresent());
    }

    [Fact]
    public void Incomplete_ListsEverythingThatIsMissing()
    {
        var refused = Assert.Throws<KeyRingException>(() => new KeyConfiguration { Custody = NewKey() }.ToKeyRing());

        foreach (var name in new[] { "Encryption:1", "Active", "Fingerprint", "LookUp" })
        {
            Assert.Contains($"Security:Keys:{name} is missing", refused.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Custody", refused.Message, StringComparison.Ordinal);
        Assert.Contains("openssl rand -base64 32", refused.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<KeyConfiguration>> Faults() => new()
    {
        { "Security:Keys:LookUp has 16 bytes instead of 32", keys => keys.LookUp = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)) },
        { "Security:Keys:LookUp has 33 bytes instead of 32", keys => keys.LookUp = Convert.ToBase64String(RandomNumberGenerator.GetBytes(33)) },
        { "Security:Keys:LookUp is not base64", keys => keys.LookUp = "TOPSECRET!" },
        { "Security:Keys:LookUp is not base64", keys => keys.LookUp = new string('A', 4_000) },
        { "Security:Keys:Encryption:1 has 31 bytes", keys => keys.Encryption["1"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(31)) },
        { "an id under Security:Keys:Encryption is not a number from 1 to 255", keys => keys.Encryption["0"] = NewKey() },
        { "an id under Security:Keys:Encryption is not a number from 1 to 255", keys => keys.Encryption["256"] = NewKey() },
        { "an id under Security:Keys:Encryption is not a number from 1 to 255", keys => keys.Encryption["TOPSECRET"] = NewKey() },
        { "Security:Keys:Encryption has the id 1 twice", keys => keys.Encryption["01"] = NewKey() },
        { "Security:Keys:Active is not a number from 1 to 255", keys => keys.Active = "TOPSECRET" },
        { "Security:Keys:Active is 9, and there is no encryption key 9", keys => keys.Active = "9" },
        { "fingerprint and custody are the same key", keys => keys.Custody = keys.Fingerprint },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Fault_IsNamed_WithoutTheValue(string expected, Action<KeyConfiguration> spoil)
    {
        var configuration = Complete();
        spoil(configuration);

        var refused = Assert.Throws<KeyRingException>(configuration.ToKeyRing);

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        var values = configuration.Encryption.Values.Append(configuration.LookUp).Append(configuration.Fingerprint).Append(configuration.Custody);
        SecurityTexts.AssertHoldsNone(refused.ToString(), [.. values.Select(value => value!), "TOPSECRET"]);
    }

    private static KeyConfiguration Complete() =>
        new() { Active = "1", Encryption = { ["1"] = NewKey() }, Fingerprint = NewKey(), LookUp = NewKey(), Custody = NewKey() };

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}
