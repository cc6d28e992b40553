using System.Text;
using ExcelDataReader;
using ExcelDataReader.Exceptions;
using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Host.Commands;

/// <summary>A sheet of an .xlsx or .xls file. What is wrong with the file is a <see cref="SetupException"/> that says so.</summary>
internal sealed class ExcelSheet : ISheet
{
    private readonly FileInfo _file;
    private readonly IExcelDataReader _reader;

    private ExcelSheet(FileInfo file, IExcelDataReader reader) => (_file, _reader) = (file, reader);

    public long Progress => _reader.RowCount == 0 ? 0 : _file.Length * (_reader.Depth + 1) / _reader.RowCount;

    public static bool IsWorkbook(FileInfo file) => file.Extension.ToUpperInvariant() is ".XLSX" or ".XLS";

    /// <param name="file">The workbook.</param>
    /// <param name="sheet">The sheet's name; null: the first one.</param>
    public static ExcelSheet Open(FileInfo file, string? sheet)
    {
        // Workbooks of before 2007 name their encodings by Windows code pages.
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var opened = new ExcelSheet(file, Guard(file, () => ExcelReaderFactory.CreateReader(file.OpenRead())));
        opened.GoTo(sheet);
        return opened;
    }

    public bool ReadRow(List<SheetCell> cells) => Guard(_file, () =>
    {
        cells.Clear();
        if (!_reader.Read())
        {
            return false;
        }

        for (var i = 0; i < _reader.FieldCount; i++)
        {
            cells.Add(Cell(i));
        }

        return true;
    });

    public void Dispose() => _reader.Dispose();

    private SheetCell Cell(int i) => _reader.GetValue(i) switch
    {
        null => default,
        string text => new SheetCell(text),
        double number => SheetCell.OfNumber(number, _reader.GetNumberFormatString(i)),
        int number => SheetCell.OfNumber(number, _reader.GetNumberFormatString(i)),
        DateTime date => new SheetCell(null, DateOnly.FromDateTime(date)),
        _ => new SheetCell(null, Fault: RowError.WrongType),
    };

    private void GoTo(string? sheet)
    {
        var names = new List<string>();
        do
        {
            if (sheet is null || _reader.Name == sheet)
            {
                return;
            }

            names.Add(_reader.Name);
        }
        while (_reader.NextResult());
        throw new SetupException($"{_file.Name} has no sheet \"{sheet}\". It has: {string.Join(", ", names)}.");
    }

    // The library fails on a broken file in many ways, null references among them. None of its messages is passed on: it may quote a cell.
    private static T Guard<T>(FileInfo file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidPasswordException exception)
        {
            throw new SetupException($"{file.Name} is encrypted. Save it without a password, or as CSV UTF-8.", exception);
        }
        catch (Exception exception) when (exception is not (SetupException or OutOfMemoryException or UnauthorizedAccessException))
        {
            throw new SetupException($"{file.Name} cannot be read as an Excel workbook. Open it in a spreadsheet and save it anew, or as CSV UTF-8. What was imported of it stays.", exception);
        }
    }
}
