using System.Text;
using Fulfilment.Core.Alerts.Channels;

namespace Fulfilment.Infrastructure.Alerting;

/// <summary>
/// Messages as robots want them. Their dialects of Markdown know no common escape, so characters that could mark something up become their full-width forms,
/// which every client shows as they are.
/// </summary>
internal static class RobotText
{
    private const string MarkUp = "*`[]<>#!|\\~", FullWidth = "＊｀［］＜＞＃！｜＼～";
    private const char More = '…';

    /// <summary>Headings, bold type and links.</summary>
    /// <param name="text">What to say.</param>
    /// <param name="lineBreak">What the dialect takes for the end of a line.</param>
    /// <param name="mostBytes">In UTF-8; whole blocks that do not fit are left out.</param>
    public static string Markdown(MessageText text, string lineBreak, int mostBytes) => Fit(
        $"### {Escape(text.Title)}",
        text.Blocks.Select(block => string.Join(lineBreak, MarkdownLines(block))), lineBreak + lineBreak, mostBytes);

    /// <summary>Without any mark-up.</summary>
    public static string Plain(MessageText text, int mostBytes) => Fit(text.Title, text.Blocks.Select(Plain), "\n\n", mostBytes);

    /// <summary>Text that marks nothing up.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            // Within a word, as in ids, an underscore is one everywhere.
            var isLoose = text[i] == '_' && !(i > 0 && i + 1 < text.Length && char.IsAsciiLetterOrDigit(text[i - 1]) && char.IsAsciiLetterOrDigit(text[i + 1]));
            var known = MarkUp.IndexOf(text[i], StringComparison.Ordinal);
            escaped.Append(known >= 0 ? FullWidth[known] : isLoose ? '＿' : char.IsControl(text[i]) ? ' ' : text[i]);
        }

        return escaped.ToString();
    }

    private static IEnumerable<string> MarkdownLines(MessageBlock block)
    {
        if (block.Heading is { } heading)
        {
            yield return $"**{Escape(heading)}**";
        }

        foreach (var line in block.Lines)
        {
            yield return Escape(line);
        }

        // A path is no link; it is there to be copied.
        if (block.Link is { } link)
        {
            yield return link.StartsWith('/') ? Escape(link) : $"[{Escape(link)}]({link})";
        }
    }

    private static string Plain(MessageBlock block) =>
        string.Join('\n', block.Lines.Prepend(block.Heading).Append(block.Link).Where(line => line is not null));

    private static string Fit(string title, IEnumerable<string> blocks, string between, int mostBytes)
    {
        var fitted = new StringBuilder(title);
        var room = mostBytes - Encoding.UTF8.GetByteCount(title) - Encoding.UTF8.GetByteCount(between + More);
        foreach (var block in blocks)
        {
            room -= Encoding.UTF8.GetByteCount(between + block);
            if (room < 0)
            {
                return fitted.Append(between).Append(More).ToString();
            }

            fitted.Append(between).Append(block);
        }

        return fitted.ToString();
    }
}
