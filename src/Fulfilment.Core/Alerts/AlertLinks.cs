namespace Fulfilment.Core.Alerts;

/// <summary>Where people look at an alert's subject.</summary>
/// <param name="publicUrl">The address under which people reach the host; null: links are paths.</param>
public sealed class AlertLinks(Uri? publicUrl)
{
    /// <summary>The link; null where there is nothing to look at.</summary>
    public string? Of(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return alert.Link is { } path ? Absolute(path) : null;
    }

    /// <summary>The list of what is not resolved of a group.</summary>
    public string OfGroup(string group) => Absolute($"/v1/admin/alerts?group={Uri.EscapeDataString(group)}");

    /// <summary>The list of what nobody has acknowledged.</summary>
    public string OfAll() => Absolute("/v1/admin/alerts?status=open");

    private string Absolute(string path) => publicUrl is null ? path : publicUrl.AbsoluteUri.TrimEnd('/') + path;
}
