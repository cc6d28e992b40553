using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Host;

/// <summary>How the rows of an import are written.</summary>
internal enum ImportFormat
{
    Csv,
    Ndjson,
}

internal static class ImportFormats
{
    private const string CsvType = "text/csv", NdjsonType = "application/x-ndjson";

    public static IReadOnlyList<string> MediaTypes { get; } = [CsvType, NdjsonType];

    /// <summary>Null for a media type that cannot be imported.</summary>
    public static ImportFormat? Of(string mediaType) =>
        mediaType.Equals(CsvType, StringComparison.OrdinalIgnoreCase) ? ImportFormat.Csv
        : mediaType.Equals(NdjsonType, StringComparison.OrdinalIgnoreCase) ? ImportFormat.Ndjson
        : null;

    /// <summary>False for a charset that cannot be imported; null for none is to be found out.</summary>
    public static bool TryReadEncoding(string? charset, out TextEncoding? encoding)
    {
        encoding = charset?.ToUpperInvariant() switch
        {
            "UTF-8" or "UTF8" or "US-ASCII" => TextEncoding.Utf8,
            "GB18030" or "GBK" or "GB2312" => TextEncoding.Gb18030,
            _ => null,
        };
        return encoding is not null || charset is null;
    }

    /// <summary>The reader owns the stream.</summary>
    /// <param name="format">How rows are written.</param>
    /// <param name="stream">The file.</param>
    /// <param name="encoding">What its sender says; null: to be found out.</param>
    public static ICardKeyRowReader Open(ImportFormat format, Stream stream, TextEncoding? encoding) => format switch
    {
        ImportFormat.Csv => new CsvRowReader(stream, encoding),
        ImportFormat.Ndjson => new NdjsonRowReader(stream, encoding),
    };
}
