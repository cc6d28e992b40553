namespace Fulfilment.Suppliers.Declarative.Messages;

/// <summary>Secrets, for templates that hold nothing else.</summary>
public sealed class SecretValues(IReadOnlyDictionary<string, string> secrets) : ITemplateValues
{
    /// <inheritdoc/>
    public string? Find(Placeholder placeholder)
    {
        ArgumentNullException.ThrowIfNull(placeholder);
        return placeholder.Kind == PlaceholderKind.Secret ? secrets.GetValueOrDefault(placeholder.Argument!) : null;
    }
}
