using System.Globalization;

namespace Fulfilment.Core.CardKeys.Import;

/// <summary>A readable row of an import, not yet looked up or stored.</summary>
/// <param name="Line">Physical line on which the row starts, from 1.</param>
/// <param name="Number">Card number, trimmed, at most 128 UTF-16 units; null when the row has none.</param>
/// <param name="Secret">What is sold, trimmed, 1 to 1,024 UTF-16 units. Plain text: never log it.</param>
/// <param name="ExpiresOn">Last day of use, 2000-01-01 to 9998-12-31; null when the row has none.</param>
public readonly record struct CardKeyRow(long Line, string? Number, string Secret, DateOnly? ExpiresOn)
{
    /// <summary>Names the line only: a row ends up in a log or an exception message sooner or later.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"card-key row at line {Line}");
}

/// <summary>A row that cannot be imported. It carries nothing of the row's text.</summary>
/// <param name="Line">Physical line on which the row starts, from 1.</param>
/// <param name="Error">What is wrong with it; one fault even where there are several.</param>
public readonly record struct BadCardKeyRow(long Line, RowError Error);
