using System.Text;
using System.Text.Json;
using Fulfilment.Core;

namespace Fulfilment.Host.Api.Json;

/// <summary>Turns what the JSON reader found wrong into a refusal that names the field and quotes nothing of the body.</summary>
internal static class JsonFault
{
    private const string Missing = "missing required properties including: '";

    public static Refusal Describe(JsonException exception)
    {
        var pointer = Pointer(exception.Path);
        var message = exception.Message;
        var missing = message.IndexOf(Missing, StringComparison.Ordinal);
        if (missing >= 0)
        {
            var name = message.AsSpan(missing + Missing.Length);
            var end = name.IndexOf('\'');
            return new(RefusalCode.InvalidRequest, end < 0 ? pointer : $"{pointer}/{Escape(name[..end].ToString())}", "This field is required.");
        }

        // A property written twice, or of a name that is not declared, is reported at the property.
        if (message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return new(RefusalCode.InvalidRequest, pointer, "There is no such field.");
        }

        if (message.Contains("Duplicate property", StringComparison.Ordinal))
        {
            return new(RefusalCode.InvalidRequest, pointer, "This field stands twice in its object.");
        }

        var at = exception is { LineNumber: { } line, BytePositionInLine: { } position } ? $" (line {line + 1}, byte {position + 1})" : "";
        return new(RefusalCode.InvalidRequest, pointer, $"This is not JSON of the documented form{at}.");
    }

    /// <summary>JSON pointer (RFC 6901) of a path as System.Text.Json writes it: <c>$.lines[0]['a.b']</c> is <c>/lines/0/a.b</c>.</summary>
    public static string Pointer(string? path)
    {
        var pointer = new StringBuilder();
        var rest = path.AsSpan();
        while (!rest.IsEmpty)
        {
            if (rest.StartsWith("['"))
            {
                var end = rest.IndexOf("']");
                end = end < 0 ? rest.Length : end;
                pointer.Append('/').Append(Escape(rest[2..end].ToString()));
                rest = rest[Math.Min(rest.Length, end + 2)..];
            }
            else if (rest[0] is '[')
            {
                var end = rest.IndexOf(']');
                end = end < 0 ? rest.Length : end;
                pointer.Append('/').Append(rest[1..end]);
                rest = rest[Math.Min(rest.Length, end + 1)..];
            }
            else if (rest[0] is '.')
            {
                rest = rest[1..];
                var end = rest.IndexOfAny('.', '[');
                end = end < 0 ? rest.Length : end;
                pointer.Append('/').Append(Escape(rest[..end].ToString()));
                rest = rest[end..];
            }
            else
            {
                rest = rest[1..];
            }
        }

        return pointer.ToString();
    }

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
