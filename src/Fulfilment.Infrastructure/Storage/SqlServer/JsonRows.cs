using System.Data;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dapper;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>
/// Rows as one JSON document, which a statement reads with <c>OPENJSON … WITH</c>: one parameter a table whatever the number of rows, so that the server
/// knows each statement by its text. Properties are named as the columns; what is null is left out; bytes are hexadecimal, for <c>CONVERT(…, 2)</c>.
/// </summary>
internal static class JsonRows
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static JsonDocumentParameter Write<T>(IEnumerable<T> rows, Action<Utf8JsonWriter, T> columns)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Options))
        {
            json.WriteStartArray();
            foreach (var row in rows)
            {
                json.WriteStartObject();
                columns(json, row);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return new JsonDocumentParameter(Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length)));
    }

    public static JsonDocumentParameter Ids(IEnumerable<long> ids) => Write(ids, static (json, id) => json.WriteNumber("id", id));

    public static void Number(this Utf8JsonWriter json, string column, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(column, number);
        }
    }

    public static void Text(this Utf8JsonWriter json, string column, string? value)
    {
        if (value is not null)
        {
            json.WriteString(column, value);
        }
    }

    public static void Bytes(this Utf8JsonWriter json, string column, ReadOnlySpan<byte> value) => json.WriteString(column, Convert.ToHexString(value));

    public static void Bytes(this Utf8JsonWriter json, string column, byte[]? value)
    {
        if (value is not null)
        {
            json.Bytes(column, value.AsSpan());
        }
    }
}

/// <summary>A document as a parameter: always of the same type, which a text is not to Dapper, because the type is part of what the server knows a statement by.</summary>
internal sealed class JsonDocumentParameter(string text) : SqlMapper.ICustomQueryParameter
{
    public void AddParameter(IDbCommand command, string name)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.DbType, parameter.Size, parameter.Value) = (name, DbType.String, -1, text);
        command.Parameters.Add(parameter);
    }
}
