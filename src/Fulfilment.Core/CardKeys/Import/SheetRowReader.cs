using System.Globalization;
using System.Text;

namespace Fulfilment.Core.CardKeys.Import;

/// <summary>A sheet of a workbook, read from its top.</summary>
public interface ISheet : IDisposable
{
    /// <summary>Fills the cells of the next row from left to right; false behind the last one.</summary>
    bool ReadRow(List<SheetCell> cells);

    /// <summary>How much of the sheet has been read, in the units of its whole.</summary>
    long Progress { get; }
}

/// <summary>A cell: nothing, text, a date, or what is neither and cannot be taken for a code.</summary>
/// <param name="Text">Of a text, or of a number that is exact.</param>
/// <param name="Date">Of a date.</param>
/// <param name="Fault">Of anything else.</param>
public readonly record struct SheetCell(string? Text, DateOnly? Date = null, RowError? Fault = null)
{
    // A double holds fifteen decimal digits; of longer numbers the spreadsheet has kept zeros.
    private const double FirstInexact = 1e15;

    /// <summary>
    /// A number. Whole ones of at most fifteen digits are what was typed, with the zeros in front that a format of zeros shows; of all others
    /// the spreadsheet may have changed digits.
    /// </summary>
    public static SheetCell OfNumber(double number, string? format)
    {
        if (!double.IsInteger(number) || number < 0 || number >= FirstInexact)
        {
            return new SheetCell(null, Fault: RowError.DigitsLost);
        }

        var digits = number.ToString("F0", CultureInfo.InvariantCulture);
        return new SheetCell(format is { Length: > 0 } && format.AsSpan().IndexOfAnyExcept('0') < 0 ? digits.PadLeft(format.Length, '0') : digits);
    }
}

/// <summary>Reads rows from a sheet: header and columns as in CSV, line numbers as the spreadsheet shows them.</summary>
public sealed class SheetRowReader(ISheet sheet) : ICardKeyRowReader
{
    private readonly List<SheetCell> _cells = [];
    private CsvLayout? _layout;
    private long _line;

    /// <inheritdoc/>
    public long BytesRead => sheet.Progress;

    /// <inheritdoc/>
    public FileUnderstanding Understanding => new(null, null, _layout?.HasHeader, _layout?.ColumnNames);

    /// <inheritdoc/>
    public string? Fault => null;

    /// <inheritdoc/>
    public ValueTask<bool> ReadAsync(CardKeyRowBlock block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(block);
        block.Clear();
        while (!block.IsFull && sheet.ReadRow(_cells))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _line++;
            if (_cells.All(cell => cell is { Date: null, Fault: null } && string.IsNullOrWhiteSpace(cell.Text)))
            {
                continue;
            }

            if (_layout is null)
            {
                _layout = CsvLayout.Of([.. _cells.Select(cell => cell.Text ?? "")]);
                if (_layout.HasHeader)
                {
                    continue;
                }
            }

            if (ReadRow(_layout, out var row) is { } fault)
            {
                block.Add(new BadCardKeyRow(_line, fault));
            }
            else
            {
                block.Add(row);
            }
        }

        return ValueTask.FromResult(block.Count > 0);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _cells.Clear();
        sheet.Dispose();
        return ValueTask.CompletedTask;
    }

    private RowError? ReadRow(CsvLayout layout, out CardKeyRow row)
    {
        row = default;
        var (number, secret, expiresOn) = ("", "", "");
        for (var i = 0; i < _cells.Count; i++)
        {
            var cell = _cells[i];
            if (cell is { Date: null, Fault: null } && string.IsNullOrWhiteSpace(cell.Text))
            {
                continue;
            }

            var column = layout[i];
            if (Judge(cell, column) is { } fault)
            {
                return fault;
            }

            var text = cell.Date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? cell.Text!;
            (number, secret, expiresOn) = column switch
            {
                CsvColumn.Number => (text, secret, expiresOn),
                CsvColumn.Secret => (number, text, expiresOn),
                _ => (number, secret, text),
            };
        }

        var fields = new RowFields
        {
            Number = Encoding.UTF8.GetBytes(number),
            Secret = Encoding.UTF8.GetBytes(secret),
            ExpiresOn = Encoding.UTF8.GetBytes(expiresOn),
        };
        return fields.Read(_line, out row);
    }

    private static RowError? Judge(SheetCell cell, CsvColumn column) => column switch
    {
        CsvColumn.Unknown => RowError.UnknownField,
        CsvColumn.Duplicate => RowError.DuplicateField,
        CsvColumn.Beyond => RowError.TooManyFields,
        CsvColumn.ExpiresOn => cell.Fault is null ? null : RowError.BadDate,
        CsvColumn.Number or CsvColumn.Secret => cell.Fault ?? (cell.Date is null ? null : RowError.WrongType),
    };
}
