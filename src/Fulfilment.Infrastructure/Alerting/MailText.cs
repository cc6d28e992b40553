using System.Globalization;
using System.Text;
using Fulfilment.Core.Alerts.Channels;

namespace Fulfilment.Infrastructure.Alerting;

/// <summary>A message as a mail: all ASCII, whatever its language, and no line that SMTP would take for the end.</summary>
internal static class MailText
{
    // An encoded word has at most 75 characters: 45 bytes are 60 in base64.
    private const int BytesOfWord = 45, MostBytes = 200_000;

    public static string Of(AlertMessage message, string from, IReadOnlyList<string> to)
    {
        var domain = from[(from.IndexOf('@', StringComparison.Ordinal) + 1)..];
        var body = Convert.ToBase64String(Encoding.UTF8.GetBytes(RobotText.Plain(message.Text, MostBytes) + "\n"), Base64FormattingOptions.InsertLineBreaks);
        return string.Join("\r\n",
            $"From: <{from}>",
            $"To: {string.Join(",\r\n ", to.Select(recipient => $"<{recipient}>"))}",
            $"Subject: {Encode(message.Text.Title)}",
            $"Date: {message.At.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000",
            $"Message-ID: <{message.Id}@{domain}>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",
            "",
            body,
            "");
    }

    private static string Encode(string title)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var bytes = 0;
        foreach (var rune in title.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > BytesOfWord)
            {
                words.Add(Word(word));
                bytes = 0;
            }

            word.Append(Rune.IsControl(rune) ? " " : rune.ToString());
            bytes += rune.Utf8SequenceLength;
        }

        words.Add(Word(word));
        return string.Join("\r\n ", words);
    }

    private static string Word(StringBuilder text)
    {
        var word = $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(text.ToString()))}?=";
        text.Clear();
        return word;
    }
}
