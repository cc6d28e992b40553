namespace Fulfilment.Core.Orders;

/// <summary>
/// Shortens a recipient to what lets its owner recognise it and nobody else use it. At most half of its
/// characters are shown, with one exception: a mobile number has the form the trade and the API's contract
/// give it, <c>138****0000</c>.
/// </summary>
public static class RecipientMask
{
    // Always four, however much is hidden: the length of a name or an account is a hint too.
    private const string Hidden = "****";
    private const int HeadAtMost = 3;
    private const int TailAtMost = 4;

    /// <summary>
    /// "13800000000" → "138****0000"; "zhangsan@qq.com" → "zha****@****.com"; "10001" → "1****1";
    /// "张三" → "张****"; a single character or none → "****". Space around the recipient is not counted.
    /// </summary>
    public static string Mask(string recipient)
    {
        ArgumentNullException.ThrowIfNull(recipient);

        var text = recipient.AsSpan().Trim();
        if (IsMobileNumber(text))
        {
            return string.Concat(text[..HeadAtMost], Hidden, text[^TailAtMost..]);
        }

        var at = text.LastIndexOf('@');
        return at > 0 ? MaskEmail(text[..at], text[(at + 1)..]) : MaskPlain(text);
    }

    private static string MaskPlain(ReadOnlySpan<char> text)
    {
        var shown = text.Length / 2;
        var head = Math.Min(HeadAtMost, (shown + 1) / 2);
        var tail = Math.Min(TailAtMost, shown - head);
        return string.Concat(Head(text, head), Hidden, Tail(text, tail));
    }

    /// <summary>The beginning of the name tells a person most, so the domain gets what half the address leaves: all of it, its last label, or nothing.</summary>
    private static string MaskEmail(ReadOnlySpan<char> name, ReadOnlySpan<char> domain)
    {
        var shown = (name.Length + domain.Length) / 2;
        var head = Head(name, Math.Min(HeadAtMost, name.Length / 2));
        var left = shown - head.Length;

        if (domain.Length <= left)
        {
            return string.Concat(head, Hidden, "@", domain);
        }

        var dot = domain.LastIndexOf('.');
        var label = dot >= 0 && domain.Length - dot <= left ? domain[dot..] : [];
        return string.Concat(string.Concat(head, Hidden), "@", Hidden, label);
    }

    /// <summary>A mainland mobile number: eleven digits, 13… to 19….</summary>
    private static bool IsMobileNumber(ReadOnlySpan<char> text) =>
        text.Length == 11 && text[0] == '1' && text[1] is >= '3' and <= '9' && !text.ContainsAnyExceptInRange('0', '9');

    // Half of a surrogate pair would be shown as a replacement character, or break a strict encoder.
    private static ReadOnlySpan<char> Head(ReadOnlySpan<char> text, int length) =>
        length > 0 && char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length];

    private static ReadOnlySpan<char> Tail(ReadOnlySpan<char> text, int length) =>
        length > 0 && char.IsLowSurrogate(text[^length]) ? text[^(length - 1)..] : text[^length..];
}
