using Fulfilment.Core;
using Fulfilment.Suppliers.Declarative.Answers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Reads where codes are, and how they are encrypted.</summary>
internal sealed class CardsReader(Mistakes mistakes, TemplateReader templates)
{
    private static readonly Dictionary<string, bool> Modes = new() { ["ecb"] = false, ["cbc"] = true };
    private static readonly Dictionary<string, BytesWriting> KeyWritings = new() { ["text"] = BytesWriting.Text, ["hex"] = BytesWriting.Hex, ["base64"] = BytesWriting.Base64 };
    private static readonly Dictionary<string, BytesWriting> Writings = new() { ["hex"] = BytesWriting.Hex, ["base64"] = BytesWriting.Base64 };
    private static readonly Dictionary<string, EncryptedPart> Parts = new() { ["list"] = EncryptedPart.List, ["number"] = EncryptedPart.Number, ["secret"] = EncryptedPart.Secret };

    public CardsDefinition? Read(SourceNode node, ValueMapReader values)
    {
        var fields = new FieldReader(node, mistakes);
        var list = values.ReadPath(fields.Required("list", "Write where the list of codes stands: \"list\": \"data.cards\"."));
        var secret = values.ReadPath(fields.Required("secret", "Write where the code stands in an entry of the list: \"secret\": \"password\"."));
        var read = new CardsDefinition
        {
            List = list ?? JsonPath.Parse("")!,
            Secret = secret ?? JsonPath.Parse("")!,
            Number = values.ReadPath(fields.Optional("number")),
            ExpiresOn = fields.Optional("expiresOn") is { } expires ? ReadDate(expires, values) : null,
            Pattern = ReadPattern(fields),
            Decrypt = fields.Optional("decrypt") is { } decrypt ? ReadDecrypt(decrypt) : null,
        };
        fields.Close();
        return list is null || secret is null ? null : read;
    }

    private string? ReadPattern(FieldReader fields)
    {
        if (fields.Text("pattern") is not { } pattern)
        {
            return null;
        }

        if (WholePattern.TryCompile(pattern, out _))
        {
            if (CardReading.MessageThatFits(pattern) is { } message)
            {
                mistakes.Warn(
                    fields.Optional("pattern")!, $"\"{message}\" fits this pattern, so it could be sold as a code.",
                    "Write what codes look like as narrowly as the supplier's document allows: \"[A-Z0-9]{16}\", or words as \"[a-z]+( [a-z]+){3}\".");
            }

            return pattern;
        }

        mistakes.Add(
            fields.Optional("pattern")!,
            "This is no pattern that can be used.",
            $"Write a regular expression of at most {WholePattern.Longest} characters, without look-around or back-references: \"[A-Z0-9]{{16}}\".");
        return null;
    }

    private DatePath? ReadDate(SourceNode node, ValueMapReader values)
    {
        var fields = new FieldReader(node, mistakes);
        var path = values.ReadPath(fields.Required("path", "Write where the date stands in an entry: \"path\": \"expire\"."));
        var format = fields.RequiredText("format", "Write \"format\": \"yyyy-MM-dd\", as the supplier writes dates; \"s\" or \"ms\" for times since 1970.");
        if (format is not null && !TimeFormat.IsValid(format))
        {
            mistakes.Add(fields.Optional("format")!, $"\"{format}\" is no way to write a date.", "Write \"yyyy-MM-dd\", \"yyyyMMddHHmmss\" or the like; \"s\" or \"ms\" for times since 1970.");
            format = null;
        }

        fields.Close();
        return path is null || format is null ? null : new DatePath(path, format);
    }

    private DecryptDefinition ReadDecrypt(SourceNode node)
    {
        var fields = new FieldReader(node, mistakes);
        fields.Required("mode", "Write \"mode\": \"ecb\" or \"cbc\"; AES with PKCS7 padding.");
        var isCbc = fields.Choice("mode", Modes) ?? false;
        var key = fields.Required("key", "Write \"key\": \"{{secret.cardKey}}\", with the name of your secret.");
        var iv = fields.Optional("iv");
        if (iv is not null && !isCbc)
        {
            mistakes.Add(iv, "ECB has no IV.", "Take it out, or write \"mode\": \"cbc\".");
        }

        fields.Required("encrypted", "Write what is encrypted: \"encrypted\": [\"secret\"], [\"number\", \"secret\"], or [\"list\"] when the list as a whole is one text.");
        var parts = fields.Items("encrypted", "Write a list: [\"secret\"].").Select(item => fields.ChoiceOf(item, Parts)).OfType<EncryptedPart>().Distinct().ToList();
        var read = new DecryptDefinition
        {
            Cbc = isCbc,
            Key = key is null ? Template.Empty : templates.Read(key, Places.OfSecrets),
            Iv = iv is null ? null : templates.Read(iv, Places.OfSecrets),
            KeyWriting = fields.Choice("keyIs", KeyWritings) ?? BytesWriting.Text,
            Writing = fields.Choice("cipherTextIs", Writings) ?? BytesWriting.Base64,
            Parts = parts,
        };
        if (key is not null && !read.Key.Uses(PlaceholderKind.Secret))
        {
            mistakes.Add(key, "The key is no secret here: it stands in the file.", "Write {{secret.cardKey}}, with the name of your secret, and give its value in the settings.");
        }

        fields.Close();
        return read;
    }
}
