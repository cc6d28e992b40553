using System.Text.Json;

namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// Reads <c>application/x-ndjson</c>: on each line one object with the strings <c>number</c>, <c>secret</c> and
/// <c>expiresOn</c>, the first and last optional or null. Blank lines are skipped and not counted.
/// </summary>
public sealed class NdjsonRowReader : TextRowReader
{
    private readonly byte[] _scratch;

    /// <param name="stream">The file; disposed with the reader.</param>
    /// <param name="encoding">What its sender says it is; null: to be found out.</param>
    public NdjsonRowReader(Stream stream, TextEncoding? encoding = null)
        : this(stream, MaxRowBytes, encoding)
    {
    }

    internal NdjsonRowReader(Stream stream, int maxRowBytes, TextEncoding? encoding = null)
        : base(new FileTextSource(stream, encoding, isTable: false), maxRowBytes) => _scratch = new byte[maxRowBytes];

    private protected override void ForgetText() => Array.Clear(_scratch);

    private protected override RowStep ReadRow(
        ReadOnlySpan<byte> window, bool windowIsLast, long line, CardKeyRowBlock block)
    {
        var length = LineBreak.IndexIn(window);
        if (length < 0 && !windowIsLast)
            return RowStep.Unfinished;

        var breakLength = length < 0 ? 0 : LineBreak.LengthAt(window, length, windowIsLast);
        if (length >= 0 && breakLength == 0)
            return RowStep.Unfinished;

        var text = length < 0 ? window : window[..length];
        var json = RowFields.Trim(text);
        if (!json.IsEmpty)
        {
            var fault = ReadObject(json, line, out var row);
            if (fault is null)
                block.Add(row);
            else
                block.Add(new BadCardKeyRow(line, fault.Value));
        }

        return RowStep.Taken(text.Length + breakLength, breakLength > 0 ? 1 : 0);
    }

    private RowError? ReadObject(ReadOnlySpan<byte> json, long line, out CardKeyRow row)
    {
        row = default;

        // What is obviously no object is told apart here, for an exception costs as much as a hundred rows.
        if (json[0] != '{' || json[^1] != '}')
            return RowError.BadJson;

        var fields = new RowFields();
        try
        {
            return ReadFields(json, ref fields) ?? fields.Read(line, out row);
        }
        catch (JsonException)
        {
            return RowError.BadJson;
        }
        catch (InvalidOperationException)
        {
            // The reader's way to say that an escaped string is not Unicode, such as half a surrogate pair.
            return RowError.BadText;
        }
    }

    private RowError? ReadFields(ReadOnlySpan<byte> json, ref RowFields fields)
    {
        var reader = new Utf8JsonReader(json);
        var scratch = _scratch.AsSpan();
        var (hasNumber, hasSecret, hasExpiresOn) = (false, false, false);

        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            RowError? fault;
            if (reader.ValueTextEquals("secret"u8))
                fault = ReadValue(ref reader, ref hasSecret, ref scratch, out fields.Secret);
            else if (reader.ValueTextEquals("number"u8))
                fault = ReadValue(ref reader, ref hasNumber, ref scratch, out fields.Number);
            else if (reader.ValueTextEquals("expiresOn"u8))
                fault = ReadValue(ref reader, ref hasExpiresOn, ref scratch, out fields.ExpiresOn);
            else
                fault = RowError.UnknownField;

            if (fault is not null)
                return fault;
        }

        // Throws where something follows the object.
        reader.Read();
        return null;
    }

    private static RowError? ReadValue(
        scoped ref Utf8JsonReader reader, scoped ref bool isThere, scoped ref Span<byte> scratch, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (isThere)
            return RowError.DuplicateField;
        isThere = true;

        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.String)
            return RowError.WrongType;

        value = reader.ValueSpan;
        if (reader.ValueIsEscaped)
        {
            var length = reader.CopyString(scratch);
            value = scratch[..length];
            scratch = scratch[length..];
        }

        return null;
    }
}
