namespace Fulfilment.Core.Ids;

/// <summary>Ids as the API shows them: a prefix for the kind, then thirteen characters of Crockford base 32 in lower case.</summary>
public static class PublicId
{
    /// <summary>Prefixes, one a kind.</summary>
    public const string Order = "ord_", Line = "lin_", Unit = "unt_", Batch = "bat_", Key = "key_", Transfer = "trf_", Audit = "aud_", AfterSales = "afs_", CardKey = "crd_",
        Alert = "alt_", Attempt = "att_", Discrepancy = "dis_", Decision = "dec_", StrayCallback = "cbk_", JobRun = "run_",
        WebhookEndpoint = "whe_", Event = "evt_";

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Digits = 13;

    /// <summary>The id in text: <c>ord_01h2…</c>.</summary>
    public static string Format(string prefix, long id) => string.Create(prefix.Length + Digits, (prefix, id), static (span, state) =>
    {
        state.prefix.CopyTo(span);
        var rest = (ulong)state.id;
        for (var i = span.Length - 1; i >= state.prefix.Length; i--)
        {
            span[i] = Alphabet[(int)(rest & 31)];
            rest >>= 5;
        }
    });

    /// <summary>Reads what <see cref="Format"/> wrote; anything else, another kind's prefix among it, is refused.</summary>
    public static bool TryParse(string prefix, ReadOnlySpan<char> text, out long id)
    {
        id = 0;
        if (text.Length != prefix.Length + Digits || !text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        // Thirteen digits hold 65 bits; ids are positive, so the first digit is at most 7.
        var digits = text[prefix.Length..];
        if (digits[0] > '7')
        {
            return false;
        }

        foreach (var c in digits)
        {
            var value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0)
            {
                return false;
            }

            id = (id << 5) | (long)value;
        }

        return id > 0;
    }
}
