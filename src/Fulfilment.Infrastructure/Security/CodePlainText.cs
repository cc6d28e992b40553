using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Security;

/// <summary>
/// A code as bytes to encrypt: <c>0 | secret</c> without a number, else
/// <c>length of the number + 1 | number | secret</c>; the length is a base-128 varint of 1 to 5 bytes, the texts UTF-8.
/// </summary>
internal static class CodePlainText
{
    public static int Length(string? number, string secret, out int numberLength)
    {
        numberLength = number is null ? -1 : StrictUtf8.Count(number);
        return checked(VarintLength((uint)(numberLength + 1)) + Math.Max(numberLength, 0) + StrictUtf8.Count(secret));
    }

    public static void Write(string? number, int numberLength, string secret, Span<byte> destination)
    {
        var prefix = (uint)(numberLength + 1);
        var at = 0;
        for (; prefix >= 0x80; prefix >>= 7)
        {
            destination[at++] = (byte)(prefix | 0x80);
        }

        destination[at++] = (byte)prefix;
        at += number is null ? 0 : StrictUtf8.Write(number, destination[at..]);
        StrictUtf8.Write(secret, destination[at..]);
    }

    /// <summary>False when these bytes are no code.</summary>
    public static bool TryRead(ReadOnlySpan<byte> plain, out CodeText code)
    {
        var read = Read(plain);
        code = read.GetValueOrDefault();
        return read is not null;
    }

    private static CodeText? Read(ReadOnlySpan<byte> plain)
    {
        ulong prefix = 0;
        var at = 0;
        byte next;
        do
        {
            if (at == plain.Length || at == 5)
            {
                return null;
            }

            next = plain[at];
            prefix |= (ulong)(next & 0x7F) << (7 * at++);
        }
        while (next >= 0x80);

        if (prefix == 0)
        {
            return StrictUtf8.Read(plain[at..]) is { } alone ? new CodeText(null, alone) : null;
        }

        var rest = plain[at..];
        if (prefix - 1 > (ulong)rest.Length)
        {
            return null;
        }

        var numberLength = (int)(prefix - 1);
        return StrictUtf8.Read(rest[..numberLength]) is { } number && StrictUtf8.Read(rest[numberLength..]) is { } secret
            ? new CodeText(number, secret)
            : null;
    }

    private static int VarintLength(uint value)
    {
        var length = 1;
        for (; value >= 0x80; value >>= 7)
        {
            length++;
        }

        return length;
    }
}
