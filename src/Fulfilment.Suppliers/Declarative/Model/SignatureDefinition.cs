using Fulfilment.Suppliers.Declarative.Messages;

namespace Fulfilment.Suppliers.Declarative.Model;

/// <summary>How a message is signed.</summary>
public sealed record SignatureDefinition
{
    /// <summary>What is computed.</summary>
    public required SignatureAlgorithm Algorithm { get; init; }

    /// <summary>Over which text; what else the supplier calls "the string to be signed".</summary>
    public required Template Text { get; init; }

    /// <summary>Of an HMAC.</summary>
    public Template? Key { get; init; }

    /// <summary>How the result is written.</summary>
    public SignatureWriting Writing { get; init; }

    /// <summary>What <c>{{pairs}}</c> stands for.</summary>
    public PairsDefinition Pairs { get; init; } = new();
}

/// <summary>The fields of a message as one text, sorted by name, character by character.</summary>
public sealed record PairsDefinition
{
    /// <summary>Between two fields.</summary>
    public string Between { get; init; } = "&";

    /// <summary>Between a name and its value.</summary>
    public string Assign { get; init; } = "=";

    /// <summary>Whether fields without a value are signed too.</summary>
    public bool KeepEmpty { get; init; }

    /// <summary>Whether values are percent-encoded as in an address.</summary>
    public bool UrlEncoded { get; init; }

    /// <summary>Fields that are not signed, beside the signature itself.</summary>
    public IReadOnlyList<string> LeaveOut { get; init; } = [];
}

/// <summary>What is computed.</summary>
public enum SignatureAlgorithm
{
    /// <summary>MD5 of the text.</summary>
    Md5,

    /// <summary>SHA-1 of the text.</summary>
    Sha1,

    /// <summary>SHA-256 of the text.</summary>
    Sha256,

    /// <summary>HMAC-SHA256 of the text.</summary>
    HmacSha256,
}

/// <summary>How a signature is written.</summary>
public enum SignatureWriting
{
    /// <summary><c>0a1b</c>.</summary>
    LowerHex,

    /// <summary><c>0A1B</c>.</summary>
    UpperHex,

    /// <summary>With padding.</summary>
    Base64,
}
