using Fulfilment.Suppliers.Declarative.Answers;
using Fulfilment.Suppliers.Declarative.Messages;

namespace Fulfilment.Suppliers.Declarative.Model;

/// <summary>Where codes are. The paths of the fields begin at an entry of the list.</summary>
public sealed record CardsDefinition
{
    /// <summary>Where the list is; an object there is a list of one.</summary>
    public required JsonPath List { get; init; }

    /// <summary>The password or code.</summary>
    public required JsonPath Secret { get; init; }

    /// <summary>The card number.</summary>
    public JsonPath? Number { get; init; }

    /// <summary>The last day.</summary>
    public DatePath? ExpiresOn { get; init; }

    /// <summary>What every code looks like: a sentence in its place is not taken for one.</summary>
    public string? Pattern { get; init; }

    /// <summary>How they are encrypted; null: they are not.</summary>
    public DecryptDefinition? Decrypt { get; init; }
}

/// <summary>A date in an answer.</summary>
/// <param name="Path">Where.</param>
/// <param name="Format"><c>yyyy-MM-dd</c>, or <c>s</c> and <c>ms</c> for times since 1970.</param>
public sealed record DatePath(JsonPath Path, string Format);

/// <summary>AES with PKCS7 padding.</summary>
public sealed record DecryptDefinition
{
    /// <summary>Which fields hold cipher text.</summary>
    public required IReadOnlyList<EncryptedPart> Parts { get; init; }

    /// <summary>Whether blocks are chained.</summary>
    public required bool Cbc { get; init; }

    /// <summary>16, 24 or 32 bytes.</summary>
    public required Template Key { get; init; }

    /// <summary>16 bytes; null with CBC: it stands in front of the cipher text.</summary>
    public Template? Iv { get; init; }

    /// <summary>How key and IV are written.</summary>
    public BytesWriting KeyWriting { get; init; }

    /// <summary>How the cipher text is written.</summary>
    public BytesWriting Writing { get; init; } = BytesWriting.Base64;
}

/// <summary>What of the codes is encrypted.</summary>
public enum EncryptedPart
{
    /// <summary>The list as a whole, as JSON.</summary>
    List,

    /// <summary>Each number.</summary>
    Number,

    /// <summary>Each secret.</summary>
    Secret,
}

/// <summary>How bytes are written.</summary>
public enum BytesWriting
{
    /// <summary>As they are, in UTF-8.</summary>
    Text,

    /// <summary>Either case.</summary>
    Hex,

    /// <summary>With padding.</summary>
    Base64,
}
