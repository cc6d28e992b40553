using FsCheck;
using FsCheck.Fluent;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Tests.Security;

/// <summary>Texts as cards and people have them, and the awkward ones.</summary>
internal static class SecurityTexts
{
    public static Gen<string> Texts() =>
        Gen.Frequency(
            (3, Gen.Elements("A", "b", "7", "-", " ", "卡", "é", "😀", "\0", "\uFFFD", "ＡＢ").ListOf().Select(parts => string.Concat(parts))),
            (1, Gen.Choose(0, 700).Select(length => new string('x', length))),
            (1, Gen.Choose(0, 300).Select(length => new string('密', length))));

    public static Gen<CodeText> Codes() =>
        from number in Gen.Frequency((1, Gen.Constant<string?>(null)), (3, Texts().Select(text => (string?)text)))
        from secret in Texts()
        select new CodeText(number, secret);

    public static Gen<long> Ids() =>
        Gen.Elements(0, 1, -1, long.MaxValue, long.MinValue, 1L << 40);

    public static void AssertHoldsNone(string text, params string[] secrets) =>
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
}
