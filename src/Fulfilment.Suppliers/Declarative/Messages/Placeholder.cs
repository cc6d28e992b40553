namespace Fulfilment.Suppliers.Declarative.Messages;

/// <summary>A place in a template: <c>{{kind.argument:format|number}}</c>.</summary>
/// <param name="Kind">What goes there.</param>
/// <param name="Argument">Which, of several: of a secret, an input, a field or a header.</param>
/// <param name="Format">How money or a time is written.</param>
/// <param name="IsNumber">Whether it is a number in JSON, not a text.</param>
public sealed record Placeholder(PlaceholderKind Kind, string? Argument, string? Format, bool IsNumber);

/// <summary>What goes into a place.</summary>
public enum PlaceholderKind
{
    /// <summary>Our number for the attempt.</summary>
    Reference,

    /// <summary>What the supplier calls the product.</summary>
    SupplierSku,

    /// <summary>The account to credit.</summary>
    Recipient,

    /// <summary>One of the SKU's inputs.</summary>
    Input,

    /// <summary>The most we pay.</summary>
    MaxCost,

    /// <summary>ISO 4217.</summary>
    Currency,

    /// <summary>When the attempt was made.</summary>
    OrderTime,

    /// <summary>The supplier's own number.</summary>
    Receipt,

    /// <summary>Now; the same wherever it stands in one request.</summary>
    Timestamp,

    /// <summary>Chance; the same wherever it stands in one request.</summary>
    Nonce,

    /// <summary>From the settings.</summary>
    Secret,

    /// <summary>From the settings: where callbacks go.</summary>
    CallbackUrl,

    /// <summary>From 1 on.</summary>
    Page,

    /// <summary>The signature.</summary>
    Sign,

    /// <summary>Of a signature's text: the fields, sorted.</summary>
    Pairs,

    /// <summary>Of a signature's text: the body without the signature.</summary>
    Body,

    /// <summary>Of a signature's text: the characters of that body, sorted.</summary>
    SortedCharacters,

    /// <summary>Of a signature's text: one field.</summary>
    Field,

    /// <summary>Of a signature's text: one header.</summary>
    Header,

    /// <summary>Of a signature's text: GET or POST.</summary>
    Method,

    /// <summary>Of a signature's text: the address from the host's name to the question mark.</summary>
    Path,
}

/// <summary>What a template is filled with.</summary>
public interface ITemplateValues
{
    /// <summary>The text for a place; null: there is none.</summary>
    string? Find(Placeholder placeholder);
}
