namespace Fulfilment.Suppliers.Declarative;

/// <summary>The part of a supplier's addresses that they all begin with.</summary>
public static class BaseAddress
{
    /// <summary>The address; null when paths cannot be put behind it.</summary>
    public static Uri? Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { Query: "", Fragment: "", UserInfo: "" } && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            ? uri
            : null;

    /// <summary>The address of a path that begins with a slash and is escaped already.</summary>
    public static Uri With(Uri address, string pathAndQuery) =>
        new(address.AbsoluteUri.TrimEnd('/') + pathAndQuery, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
