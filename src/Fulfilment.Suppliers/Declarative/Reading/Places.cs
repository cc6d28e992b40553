using Fulfilment.Suppliers.Declarative.Messages;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Which places have a meaning where.</summary>
internal static class Places
{
    public static readonly IReadOnlyList<PlaceholderKind> OfSecrets = [PlaceholderKind.Secret];

    public static readonly IReadOnlyList<PlaceholderKind> OfAnyRequest = [PlaceholderKind.Timestamp, PlaceholderKind.Nonce, PlaceholderKind.Secret, PlaceholderKind.Sign];

    public static readonly IReadOnlyList<PlaceholderKind> OfProducts = [.. OfAnyRequest, PlaceholderKind.Page];

    public static readonly IReadOnlyList<PlaceholderKind> OfSubmit =
    [
        .. OfAnyRequest, PlaceholderKind.Reference, PlaceholderKind.SupplierSku, PlaceholderKind.Recipient, PlaceholderKind.Input, PlaceholderKind.MaxCost, PlaceholderKind.Currency,
        PlaceholderKind.OrderTime, PlaceholderKind.CallbackUrl,
    ];

    public static readonly IReadOnlyList<PlaceholderKind> OfQuery =
        [.. OfAnyRequest, PlaceholderKind.Reference, PlaceholderKind.SupplierSku, PlaceholderKind.Recipient, PlaceholderKind.Input, PlaceholderKind.OrderTime, PlaceholderKind.Receipt];

    // What people type (a recipient, an input) is kept out of addresses, which stand in every log on the way.
    public static readonly IReadOnlyList<PlaceholderKind> OfPaths =
        [PlaceholderKind.Reference, PlaceholderKind.SupplierSku, PlaceholderKind.Receipt, PlaceholderKind.Secret, PlaceholderKind.Timestamp, PlaceholderKind.Page];

    public static readonly IReadOnlyList<PlaceholderKind> OfRequestSignatures =
    [
        PlaceholderKind.Pairs, PlaceholderKind.Body, PlaceholderKind.SortedCharacters, PlaceholderKind.Field, PlaceholderKind.Header, PlaceholderKind.Method, PlaceholderKind.Path,
        PlaceholderKind.Secret, PlaceholderKind.Timestamp, PlaceholderKind.Nonce,
    ];

    public static readonly IReadOnlyList<PlaceholderKind> OfReceivedSignatures =
        [PlaceholderKind.Pairs, PlaceholderKind.Body, PlaceholderKind.SortedCharacters, PlaceholderKind.Field, PlaceholderKind.Header, PlaceholderKind.Secret];
}
