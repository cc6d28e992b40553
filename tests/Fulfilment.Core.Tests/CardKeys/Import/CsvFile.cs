using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Core.Tests.CardKeys.Import;

/// <summary>A table of random values, written as CSV by a writer that shares nothing with the reader.</summary>
/// <param name="Rows">What has to be found in the file.</param>
/// <param name="Bytes">The file.</param>
/// <param name="Chunks">How it arrives.</param>
/// <param name="BlockCapacity">How it is fetched.</param>
internal sealed partial record CsvFile(CardKeyRow[] Rows, byte[] Bytes, int[] Chunks, int BlockCapacity)
{
    private static readonly string[] Pieces =
        ["a", "B", "7", "-", "\"", "\"\"", ",", ";", "\t", "----", "\r\n", "\n", "\r", " ", "卡", "é", "\u00A0", "😀"];

    private static readonly (string Header, string Columns)[] Layouts =
    [
        ("", "s"), ("", "ns"), ("", "nse"), ("secret", "s"), ("Number,SECRET", "ns"), ("secret,expiresOn", "se"),
        ("expiresOn,number,secret", "ens"), ("卡号,密码,有效期", "nse"), ("卡密,卡号", "sn"),
    ];

    public static readonly Gen<int[]> ChunkSizes = Gen.Choose(1, 40).ArrayOf(3);

    public static readonly Gen<CsvFile> Any =
        from separator in Gen.Elements(",", "\t", "----")
        from layout in Gen.Elements(Layouts)
        where separator != "----" || layout.Columns.Length > 1
        from lineBreak in Gen.Elements("\n", "\r\n", "\r")
        from quoteAll in Gen.Elements(true, false)
        from ends in Gen.Elements("", lineBreak, lineBreak + " " + lineBreak)
        from start in Gen.Elements("", "\uFEFF")
        let forbidden = separator == "----" ? "-\r\n" : ""
        // Without a header to go by, a quote at the start of the first field looks like that of another format.
        from firstRow in AnyRow(layout.Header == "" && forbidden != "" ? forbidden + "\"" : forbidden)
        from otherRows in AnyRow(forbidden).ArrayOf()
        from chunks in ChunkSizes
        from capacity in Gen.Choose(1, 9)
        let writer = new Writer(separator, lineBreak, quoteAll && separator != "----")
        select writer.Write(start, layout.Header, layout.Columns, [firstRow, .. otherRows], ends) with { Chunks = chunks, BlockCapacity = capacity };

    public override string ToString() =>
        $"{Regex.Escape(Encoding.UTF8.GetString(Bytes))} in pieces of {string.Join(',', Chunks)} by {BlockCapacity}";

    /// <param name="forbidden">What a file that knows no quotes cannot hold.</param>
    private static Gen<SourceRow> AnyRow(string forbidden) =>
        from number in AnyText(forbidden)
        from secret in AnyText(forbidden)
        from day in Gen.Choose(-1, 5000)
        from dateFormat in Gen.Elements("yyyy-MM-dd", "yyyy/M/d", "yyyyMMdd")
        from padding in Gen.Elements("", "", " ", "\u3000")
        from blankLines in Gen.Elements(0, 0, 0, 1, 2)
        select new SourceRow(
            number.Length == 0 ? null : number, "S" + secret, day < 0 ? null : new DateOnly(2020, 1, 1).AddDays(day),
            dateFormat, padding, blankLines);

    private static Gen<string> AnyText(string forbidden) =>
        from length in Gen.Choose(0, 8)
        from pieces in Gen.Elements(Pieces).ArrayOf(length)
        select string.Concat(string.Concat(pieces).Select(c => forbidden.Contains(c) ? '_' : c)).Trim();

    private sealed record SourceRow(
        string? Number, string Secret, DateOnly? ExpiresOn, string DateFormat, string Padding, int BlankLines);

    private sealed partial class Writer(string separator, string lineBreak, bool quoteAll)
    {
        private readonly StringBuilder _text = new();
        private int _line = 1;

        public CsvFile Write(string start, string header, string columns, SourceRow[] rows, string end)
        {
            var expected = new List<CardKeyRow>();
            _text.Append(start);
            if (header.Length > 0)
                EndLine(string.Join(separator, header.Split(',').Select(Quote)));

            foreach (var row in rows)
            {
                for (var blank = 0; blank < row.BlankLines; blank++)
                    EndLine("");
                expected.Add(new CardKeyRow(
                    _line,
                    columns.Contains('n') ? row.Number : null,
                    row.Secret,
                    columns.Contains('e') ? row.ExpiresOn : null));
                EndLine(string.Join(separator, columns.Select(column => Quote(row.Padding + Text(row, column) + row.Padding))));
            }

            var text = _text.ToString();
            text = (text.EndsWith(lineBreak, StringComparison.Ordinal) ? text[..^lineBreak.Length] : text) + end;
            return new CsvFile([.. expected], Encoding.UTF8.GetBytes(text), [], 1);
        }

        private static string? Text(SourceRow row, char column) => column switch
        {
            'n' => row.Number,
            's' => row.Secret,
            _ => row.ExpiresOn?.ToString(row.DateFormat, CultureInfo.InvariantCulture),
        };

        private string Quote(string value)
        {
            var isSpecial = separator != "----" && NeedsQuotes().IsMatch(value);
            return quoteAll || isSpecial ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
        }

        private void EndLine(string line)
        {
            _text.Append(line).Append(lineBreak);
            _line += 1 + AnyLineBreak().Count(line);
        }

        [GeneratedRegex("[\",\t\r\n]|----")]
        private static partial Regex NeedsQuotes();

        [GeneratedRegex("\r\n|\r|\n")]
        private static partial Regex AnyLineBreak();
    }
}
