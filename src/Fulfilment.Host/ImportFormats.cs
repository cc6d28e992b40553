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

    /// <summary>The reader owns the stream.</summary>
    public static ICardKeyRowReader Open(ImportFormat format, Stream stream) => format switch
    {
        ImportFormat.Csv => new CsvRowReader(stream),
        ImportFormat.Ndjson => new NdjsonRowReader(stream),
    };
}
