using System.Text;

namespace Fulfilment.Core.CardKeys.Import;

internal enum CsvColumn
{
    Number,
    Secret,
    ExpiresOn,

    /// <summary>The header has a name for it that means nothing here.</summary>
    Unknown,

    /// <summary>The header has the same name, or another for the same thing, further left.</summary>
    Duplicate,

    /// <summary>Right of the last column the file has.</summary>
    Beyond,
}

/// <summary>What the first row says about a file: its separator and what stands in which column.</summary>
/// <param name="Separator">What stands between fields.</param>
/// <param name="HasHeader">The first row names the columns and is no data.</param>
/// <param name="Columns">From left to right.</param>
internal sealed record CsvLayout(CsvSeparator Separator, bool HasHeader, CsvColumn[] Columns)
{
    private static readonly CsvColumn[] SecretOnly = [CsvColumn.Secret];
    private static readonly CsvColumn[] NumberSecretExpiresOn = [CsvColumn.Number, CsvColumn.Secret, CsvColumn.ExpiresOn];

    private static readonly Dictionary<string, CsvColumn> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["number"] = CsvColumn.Number,
        ["卡号"] = CsvColumn.Number,
        ["secret"] = CsvColumn.Secret,
        ["密码"] = CsvColumn.Secret,
        ["卡密"] = CsvColumn.Secret,
        ["expiresOn"] = CsvColumn.ExpiresOn,
        ["有效期"] = CsvColumn.ExpiresOn,
    };

    public string SeparatorName => Separator switch
    {
        CsvSeparator.Comma => "comma",
        CsvSeparator.Tab => "tab",
        CsvSeparator.Dashes => "dashes",
    };

    public IReadOnlyList<string> ColumnNames => [.. Columns.Select(column => column switch
    {
        CsvColumn.Number => "number",
        CsvColumn.Secret => "secret",
        CsvColumn.ExpiresOn => "expiresOn",
        CsvColumn.Unknown or CsvColumn.Duplicate or CsvColumn.Beyond => "unknown",
    })];

    public CsvColumn this[int column] => column < Columns.Length ? Columns[column] : CsvColumn.Beyond;

    /// <summary>
    /// Reads the first row. With at least one known name in it, it is a header. Without one, a single column
    /// holds secrets, and more are number, secret, expiresOn in this order. Null when it has no usable end.
    /// </summary>
    public static CsvLayout? Read(ref CsvFieldReader firstRow, CsvSeparator separator, out CsvFieldStatus status)
    {
        status = CsvFieldStatus.Field;
        var columns = new List<CsvColumn>();
        var hasHeader = false;
        while (!firstRow.IsRowEnd)
        {
            status = firstRow.Next(out var field);
            if (status != CsvFieldStatus.Field)
                return null;

            var column = ColumnNamed(field);
            hasHeader |= column != CsvColumn.Unknown;
            columns.Add(column != CsvColumn.Unknown && columns.Contains(column) ? CsvColumn.Duplicate : column);
        }

        if (hasHeader)
            return new CsvLayout(separator, HasHeader: true, [.. columns]);
        return new CsvLayout(separator, HasHeader: false, columns.Count == 1 ? SecretOnly : NumberSecretExpiresOn);
    }

    /// <summary>Reads the first row of a sheet, as <see cref="Read"/> does that of a file.</summary>
    public static CsvLayout Of(IReadOnlyList<string> firstRow)
    {
        var columns = new List<CsvColumn>();
        foreach (var name in firstRow)
        {
            var column = ColumnNamed(Encoding.UTF8.GetBytes(name));
            columns.Add(column != CsvColumn.Unknown && columns.Contains(column) ? CsvColumn.Duplicate : column);
        }

        var hasHeader = columns.Any(column => column != CsvColumn.Unknown);
        return new CsvLayout(CsvSeparator.Tab, hasHeader, hasHeader ? [.. columns] : columns.Count == 1 ? SecretOnly : NumberSecretExpiresOn);
    }

    /// <summary>
    /// Which separator the first row has outside quotes; null when more of it must arrive to tell. Dashes go
    /// before the others: a password between dashes may well have a comma in it, and a code between commas
    /// hardly ever has four dashes.
    /// </summary>
    public static CsvSeparator? FindSeparator(ReadOnlySpan<byte> window, bool windowMayGrow)
    {
        var found = CsvSeparator.Comma;
        var position = 0;
        while (true)
        {
            var length = window[position..].IndexOfAny("\"\r\n"u8);
            var outside = length < 0 ? window[position..] : window.Slice(position, length);
            if (outside.IndexOf("----"u8) >= 0)
                return CsvSeparator.Dashes;
            if (outside.Contains((byte)'\t'))
                found = CsvSeparator.Tab;

            position += outside.Length;
            if (length >= 0 && window[position] != '"')
                return found;

            // A quote that does not begin a field is text, which a file between dashes may well have.
            var opens = length >= 0 && (position == 0 || window[position - 1] is (byte)',' or (byte)'\t');
            position = opens ? EndOfQuoted(window, position) : position + 1;
            if (position >= window.Length)
                return windowMayGrow ? null : found;
        }
    }

    /// <summary>The position behind the closing quote, or of the end of the window.</summary>
    private static int EndOfQuoted(ReadOnlySpan<byte> window, int openingQuote)
    {
        var position = openingQuote + 1;
        while (true)
        {
            var length = window[position..].IndexOf((byte)'"');
            if (length < 0)
                return window.Length;
            position += length + 1;
            if (position == window.Length || window[position] != '"')
                return position;
            position++;
        }
    }

    private static CsvColumn ColumnNamed(ReadOnlySpan<byte> field) =>
        Names.TryGetValue(Encoding.UTF8.GetString(RowFields.Trim(field)), out var column)
            ? column
            : CsvColumn.Unknown;
}
