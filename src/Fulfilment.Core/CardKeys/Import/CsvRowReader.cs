namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// Reads <c>text/csv</c> in UTF-8 or GB18030: RFC 4180 quotes, any line break, comma, tab or <c>----</c> between fields as
/// the first row has it, header optional. Rows without any content are skipped and not counted.
/// </summary>
public sealed class CsvRowReader : TextRowReader
{
    private readonly byte[] _scratch;
    private CsvLayout? _layout;

    /// <param name="stream">The file; disposed with the reader.</param>
    /// <param name="encoding">What its sender says it is; null: to be found out.</param>
    public CsvRowReader(Stream stream, TextEncoding? encoding = null)
        : this(stream, MaxRowBytes, encoding)
    {
    }

    internal CsvRowReader(Stream stream, int maxRowBytes, TextEncoding? encoding = null)
        : base(new FileTextSource(stream, encoding, isTable: true), maxRowBytes) => _scratch = new byte[maxRowBytes];

    /// <inheritdoc/>
    public override FileUnderstanding Understanding => _layout is null
        ? base.Understanding
        : base.Understanding with { Separator = _layout.SeparatorName, Header = _layout.HasHeader, Columns = _layout.ColumnNames };

    private protected override void ForgetText() => Array.Clear(_scratch);

    private protected override RowStep ReadRow(
        ReadOnlySpan<byte> window, bool windowIsLast, long line, CardKeyRowBlock block) =>
        _layout is null
            ? ReadFirstRow(window, windowIsLast, line, block)
            : ReadRow(_layout, window, windowIsLast, line, block);

    private RowStep ReadFirstRow(ReadOnlySpan<byte> window, bool windowIsLast, long line, CardKeyRowBlock block)
    {
        var windowMayGrow = !windowIsLast && window.Length < _scratch.Length;
        if (CsvLayout.FindSeparator(window, windowMayGrow) is not { } separator)
            return RowStep.Unfinished;

        var reader = new CsvFieldReader(window, windowIsLast, separator, _scratch);
        var layout = CsvLayout.Read(ref reader, separator, out var unusable);
        if (layout is null)
            return unusable == CsvFieldStatus.BadQuote ? RowStep.Spoilt(RowError.BadQuote) : RowStep.Unfinished;
        if (layout.HasHeader)
        {
            _layout = layout;
            return RowStep.Taken(reader.Position, reader.Lines);
        }

        // Only a good row decides: a broken one must not say how many columns all the others have.
        var goodRows = block.Rows.Length;
        var step = ReadRow(layout, window, windowIsLast, line, block);
        if (block.Rows.Length > goodRows)
            _layout = layout;
        return step;
    }

    private RowStep ReadRow(
        CsvLayout layout, ReadOnlySpan<byte> window, bool windowIsLast, long line, CardKeyRowBlock block)
    {
        var reader = new CsvFieldReader(window, windowIsLast, layout.Separator, _scratch);
        var fields = new RowFields();
        RowError? fault = null;
        for (var column = 0; !reader.IsRowEnd; column++)
        {
            var status = reader.Next(out var field);
            if (status != CsvFieldStatus.Field)
                return status == CsvFieldStatus.BadQuote ? RowStep.Spoilt(RowError.BadQuote) : RowStep.Unfinished;
            fault ??= Assign(layout[column], field, ref fields);
        }

        CardKeyRow row = default;
        fault ??= fields.Read(line, out row);
        if (fault is null)
            block.Add(row);
        else if (fault != RowError.EmptySecret || !fields.AreBlank)
            block.Add(new BadCardKeyRow(line, fault.Value));
        return RowStep.Taken(reader.Position, reader.Lines);
    }

    private static RowError? Assign(CsvColumn column, ReadOnlySpan<byte> field, ref RowFields fields)
    {
        switch (column)
        {
            case CsvColumn.Number:
                fields.Number = field;
                return null;
            case CsvColumn.Secret:
                fields.Secret = field;
                return null;
            case CsvColumn.ExpiresOn:
                fields.ExpiresOn = field;
                return null;
        }

        // Spreadsheets write empty columns by themselves. One with something in it may be the half of the
        // code that makes it work, so it is not passed over.
        if (RowFields.Trim(field).IsEmpty)
            return null;
        return column switch
        {
            CsvColumn.Unknown => RowError.UnknownField,
            CsvColumn.Duplicate => RowError.DuplicateField,
            _ => RowError.TooManyFields,
        };
    }
}
