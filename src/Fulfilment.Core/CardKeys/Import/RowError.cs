namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// Why a row was refused. A row with several faults has the one that comes first: a fault of the whole row
/// before a fault in a field, and of the fields number, secret, expiresOn. The numbers are kept in storage
/// and never change their meaning.
/// </summary>
public enum RowError
{
    /// <summary>No line break within 64 KB. Reading goes on after the next one.</summary>
    RowTooLong = 1,

    /// <summary>CSV: a quote inside an unquoted field, text after a closing quote, or a quote never closed.</summary>
    BadQuote = 2,

    /// <summary>CSV: something stands in a column beyond the last one the file has.</summary>
    TooManyFields = 3,

    /// <summary>NDJSON: the line is not one JSON object and nothing else.</summary>
    BadJson = 4,

    /// <summary>A field, or a value in a column, whose name means nothing here.</summary>
    UnknownField = 5,

    /// <summary>A field, or a column with a value, that is there twice.</summary>
    DuplicateField = 6,

    /// <summary>NDJSON: a value that is neither a string nor, where the field is optional, null. A sheet: a date, a truth value or an error where a code should be.</summary>
    WrongType = 7,

    /// <summary>Invalid UTF-8, a lone surrogate, or a control character other than tab and line breaks.</summary>
    BadText = 8,

    /// <summary>The number has more than 128 characters or the secret more than 1,024.</summary>
    FieldTooLong = 9,

    /// <summary>The secret is missing, or nothing is left of it without spaces and hyphens.</summary>
    EmptySecret = 10,

    /// <summary>Not a date of the calendar in a known form, or outside 2000-01-01 to 9998-12-31.</summary>
    BadDate = 11,

    /// <summary>A spreadsheet's number of more than fifteen digits, or not whole: it has lost digits of the code, and nobody can tell which.</summary>
    DigitsLost = 12,
}

/// <summary>The codes under which the API and the error report name a <see cref="RowError"/>.</summary>
public static class RowErrorCodes
{
    /// <summary>The stable snake_case code.</summary>
    public static string Code(this RowError error) => error switch
    {
        RowError.RowTooLong => "row_too_long",
        RowError.BadQuote => "bad_quote",
        RowError.TooManyFields => "too_many_fields",
        RowError.BadJson => "bad_json",
        RowError.UnknownField => "unknown_field",
        RowError.DuplicateField => "duplicate_field",
        RowError.WrongType => "wrong_type",
        RowError.BadText => "bad_text",
        RowError.FieldTooLong => "field_too_long",
        RowError.EmptySecret => "empty_secret",
        RowError.BadDate => "bad_date",
        RowError.DigitsLost => "digits_lost",
    };
}
