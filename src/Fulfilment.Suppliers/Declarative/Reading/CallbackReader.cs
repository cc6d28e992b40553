using System.Text.Json;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Answers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Reads how callbacks are understood and proved.</summary>
internal sealed class CallbackReader(Mistakes mistakes, SignatureReader signatures, AnswerReader answers)
{
    private static readonly IReadOnlyList<string> Methods = ["GET", "POST"];

    private static readonly Dictionary<string, CallbackFormat> Formats = new()
    {
        ["form"] = CallbackFormat.Form, ["json"] = CallbackFormat.Json, ["query"] = CallbackFormat.Query,
    };

    /// <param name="node">Of the callback.</param>
    /// <param name="common">The signature of requests, for a callback that has none of its own.</param>
    public CallbackDefinition? Read(SourceNode node, SourceNode? common)
    {
        var fields = new FieldReader(node, mistakes);
        fields.Required("method", "Write \"method\": \"POST\" or \"GET\".");
        var method = fields.Word("method", Methods) ?? "POST";
        var formatNode = fields.Required("format", "Write \"format\": \"form\", \"json\", or \"query\" when its fields stand behind the question mark.");
        var format = fields.Choice("format", Formats) ?? CallbackFormat.Json;
        if (formatNode is not null && method == "GET" && format != CallbackFormat.Query)
        {
            mistakes.Add(formatNode, "A GET has no body.", "Write \"format\": \"query\", or \"method\": \"POST\".");
        }

        var reference = fields.Required("reference", "Write where our order number stands: \"reference\": \"outTradeNo\".");
        var answer = answers.Read(fields, AnswerKind.Callback, textsOnly: format != CallbackFormat.Json);
        var sign = fields.Required("sign", "Write where its signature stands: \"{{field.sign}}\" or \"{{header.X-Sign}}\". A callback without one cannot be used, because anybody can call an address; leave \"callback\" out then.");
        var signature = fields.Optional("signature") ?? common;
        if (signature is null)
        {
            mistakes.Add(node, "Nothing says how the callback is signed.", "Add \"signature\": { \"algorithm\": …, \"text\": … }. A callback without one cannot be used; leave \"callback\" out then.");
        }

        var read = signature is null ? null : signatures.Read(signature, Places.OfReceivedSignatures);
        if (read is not null)
        {
            var cards = fields.Optional("cards");
            CheckCovers(fields.Optional("signature") ?? node, read,
            [
                reference, answer.Status is null ? null : fields.Optional("status"), answer.Code is null ? null : fields.Optional("code"),
                fields.Optional("cost"), fields.Optional("receipt"), cards?.Find("list") ?? cards?.Find("secret"),
            ]);
        }

        var place = sign is null ? null : signatures.ReadPlace(sign, headers: true);
        var (path, accepted, refused) = (
            answers.Values.ReadPath(reference),
            ReadReply(fields, "accepted", 200, "Write what the supplier wants to read: \"accepted\": { \"body\": \"success\" }. Without it most suppliers call again and again."),
            ReadReply(fields, "refused", 400, "Write what it reads when the callback is not taken: \"refused\": { \"body\": \"fail\" }."));
        fields.Close();
        return path is null || read is null || place is null || accepted is null || refused is null
            ? null
            : new CallbackDefinition { Method = method, Format = format, Reference = path, Answer = answer, Signed = new SignedAnswer(read, place), Accepted = accepted, Refused = refused };
    }

    // What the signature does not cover, a stranger can change.
    private void CheckCovers(SourceNode at, SignatureDefinition signature, IReadOnlyList<SourceNode?> believed)
    {
        if (signature.Text.Uses(PlaceholderKind.Body) || signature.Text.Uses(PlaceholderKind.SortedCharacters))
        {
            return;
        }

        var named = signature.Text.Places.Where(place => place.Kind == PlaceholderKind.Field).Select(place => FirstName(place.Argument!)).ToHashSet();
        foreach (var node in believed.OfType<SourceNode>())
        {
            var path = node.Kind == JsonValueKind.String ? node.Text : node.Find("path")?.Text ?? "";
            var covered = signature.Text.Uses(PlaceholderKind.Pairs) ? !signature.Pairs.LeaveOut.Contains(FirstName(path)) : named.Contains(FirstName(path));
            if (!covered)
            {
                mistakes.Add(at, $"The signature does not cover \"{path}\", so anybody could change it.", "Use {{pairs}} or {{body}} in the signature's \"text\", or name the field there; if the supplier signs it otherwise, give the callback a \"signature\" of its own.");
            }
        }
    }

    private static string? FirstName(string path) => JsonPath.Parse(path)?.FirstName;

    private CallbackReply? ReadReply(FieldReader callback, string name, int status, string instead)
    {
        if (callback.Required(name, instead) is not { } node)
        {
            return null;
        }

        var fields = new FieldReader(node, mistakes);
        var body = fields.Optional("body");
        var reply = new CallbackReply(
            fields.Whole("status", 200, 499) ?? status,
            fields.Text("contentType") ?? (body is { Kind: JsonValueKind.Object } ? "application/json" : "text/plain"),
            body switch
            {
                null => "",
                { Kind: JsonValueKind.String } => body.Text,
                _ => Plain(body),
            });
        fields.Close();
        return reply;
    }

    private static string Plain(SourceNode node) => node.Kind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', node.Properties.Select(property => JsonSerializer.Serialize(property.Name) + ":" + Plain(property.Value))) + "}",
        JsonValueKind.Array => "[" + string.Join(',', node.Items.Select(Plain)) + "]",
        JsonValueKind.String => JsonSerializer.Serialize(node.Text),
        _ => node.Text,
    };
}
