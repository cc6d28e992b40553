using System.Text;
using Fulfilment.Core;

namespace Fulfilment.Host.Commands.Demo;

/// <summary>Makes up codes, as the CSV file that a supplier would send.</summary>
internal static class DemoCodes
{
    // 32 characters that nobody confuses when reading them out, so that five bits pick one without bias.
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int SecretLength = 16;
    private const int NumberLength = 15;

    public static MemoryStream Csv(int count, bool withNumbers, DateOnly expiresOn, IRandomBytes random)
    {
        var csv = new StringBuilder("number,secret,expiresOn\n");
        for (var i = 0; i < count; i++)
        {
            csv.Append(withNumbers ? Digits(random) : "").Append(',').Append(Secret(random)).Append(',').AppendLine(expiresOn.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        }

        return new MemoryStream(Encoding.UTF8.GetBytes(csv.ToString()));
    }

    private static string Secret(IRandomBytes random) => Pick(SecretLength, random, value => Alphabet[value % Alphabet.Length]);

    // Not quite even, since 256 is no multiple of ten; a card's number is no secret.
    private static string Digits(IRandomBytes random) => Pick(NumberLength, random, value => (char)('0' + (value % 10)));

    private static string Pick(int length, IRandomBytes random, Func<byte, char> character)
    {
        Span<byte> bytes = stackalloc byte[length];
        random.Fill(bytes);
        var text = new char[length];
        for (var i = 0; i < length; i++)
        {
            text[i] = character(bytes[i]);
        }

        return new string(text);
    }
}
