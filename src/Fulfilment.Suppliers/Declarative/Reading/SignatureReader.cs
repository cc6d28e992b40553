using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Reads how a message is signed.</summary>
internal sealed class SignatureReader(Mistakes mistakes, TemplateReader templates)
{
    private static readonly Dictionary<string, SignatureAlgorithm> Algorithms = new()
    {
        ["md5"] = SignatureAlgorithm.Md5, ["sha1"] = SignatureAlgorithm.Sha1, ["sha256"] = SignatureAlgorithm.Sha256, ["hmacSha256"] = SignatureAlgorithm.HmacSha256,
    };

    private static readonly Dictionary<string, SignatureWriting> Writings = new()
    {
        ["lowerHex"] = SignatureWriting.LowerHex, ["upperHex"] = SignatureWriting.UpperHex, ["base64"] = SignatureWriting.Base64,
    };

    private static readonly Dictionary<string, bool> EmptyValues = new() { ["leaveOut"] = false, ["keep"] = true };

    public SignatureDefinition Read(SourceNode node, IReadOnlyCollection<PlaceholderKind> allowed)
    {
        var fields = new FieldReader(node, mistakes);
        fields.Required("algorithm", "Write \"algorithm\": \"md5\", \"sha1\", \"sha256\" or \"hmacSha256\", as the supplier's document says.");
        var algorithm = fields.Choice("algorithm", Algorithms);
        var text = fields.Required("text", "Write the text that is signed, for example \"{{pairs}}&key={{secret.key}}\".");
        var template = text is null ? Template.Empty : templates.Read(text, allowed);
        if (text is not null && !template.Uses(PlaceholderKind.Secret) && algorithm is not (null or SignatureAlgorithm.HmacSha256))
        {
            mistakes.Add(text, "No secret is in the text that is signed, so anybody could sign.", "Add the key, for example &key={{secret.key}} at the end.");
        }

        var key = fields.Optional("key");
        if (algorithm == SignatureAlgorithm.HmacSha256 && key is null)
        {
            mistakes.Add(node, "An HMAC needs a key.", "Write \"key\": \"{{secret.key}}\", with the name of your secret.");
        }
        else if (algorithm is not (null or SignatureAlgorithm.HmacSha256) && key is not null)
        {
            mistakes.Add(key, "Only hmacSha256 has a key of its own.", "Put the key into \"text\", as the supplier's document shows, and take this field out.");
        }

        var read = new SignatureDefinition
        {
            Algorithm = algorithm ?? SignatureAlgorithm.Md5,
            Text = template,
            Key = key is null ? null : ReadKey(key),
            Writing = fields.Choice("write", Writings) ?? SignatureWriting.LowerHex,
            Pairs = fields.Optional("pairs") is { } pairs ? ReadPairs(pairs, template) : new PairsDefinition(),
        };
        fields.Close();
        return read;
    }

    /// <summary>Where a signature that we receive stands: <c>{{field.sign}}</c> or <c>{{header.X-Sign}}</c>.</summary>
    public SignaturePlace? ReadPlace(SourceNode node, bool headers)
    {
        IReadOnlyCollection<PlaceholderKind> allowed = headers ? [PlaceholderKind.Field, PlaceholderKind.Header] : [PlaceholderKind.Field];
        var template = templates.Read(node, allowed);
        if (template.Only is { } place)
        {
            return new SignaturePlace(place.Kind == PlaceholderKind.Header, place.Argument!);
        }

        mistakes.Add(node, "This does not say where the signature stands.", headers ? "Write \"{{field.sign}}\" or \"{{header.X-Sign}}\", with its name." : "Write \"{{field.sign}}\", with its name.");
        return null;
    }

    private Template ReadKey(SourceNode key)
    {
        var template = templates.Read(key, Places.OfSecrets);
        if (!template.Uses(PlaceholderKind.Secret))
        {
            mistakes.Add(key, "The key of an HMAC is no secret here: it stands in the file.", "Write {{secret.key}}, with the name of your secret, and give its value in the settings.");
        }

        return template;
    }

    private PairsDefinition ReadPairs(SourceNode node, Template text)
    {
        if (!text.Uses(PlaceholderKind.Pairs))
        {
            mistakes.Add(node, "\"pairs\" says how {{pairs}} is written, but \"text\" has no {{pairs}}.", "Use {{pairs}} in \"text\", or take this field out.");
        }

        var fields = new FieldReader(node, mistakes);
        var read = new PairsDefinition
        {
            Between = AnyText(fields, "between", "&"),
            Assign = AnyText(fields, "assign", "="),
            KeepEmpty = fields.Choice("emptyValues", EmptyValues) ?? false,
            UrlEncoded = fields.Flag("urlEncoded"),
            LeaveOut = [.. fields.Items("leaveOut", "Write a list of names: [\"sign_type\"].").Select(item => fields.TextOf(item) ?? "")],
        };
        fields.Close();
        return read;
    }

    // Unlike other texts these may be empty: some suppliers sign names and values with nothing in between.
    private static string AnyText(FieldReader fields, string name, string otherwise) =>
        fields.Optional(name) is { Kind: System.Text.Json.JsonValueKind.String, Text: "" } ? "" : fields.Text(name) ?? otherwise;
}
