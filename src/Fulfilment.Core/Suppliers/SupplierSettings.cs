using System.Text.Json.Nodes;

namespace Fulfilment.Core.Suppliers;

/// <summary>Adapters and their settings as requests give them: checked, with the secrets they leave out, encrypted; and as people may see them.</summary>
public sealed class SupplierSettings(ISupplierVault vault, ISupplierAdapters adapters)
{
    private const int Longest = 64 * 1024;
    private const int MostMistakes = 5;

    /// <summary>The supplier with the adapter and the settings that are given, or why it cannot have them. The same settings again keep the very bytes that are there.</summary>
    internal Result<Supplier> Apply(SupplierFields fields, Supplier supplier)
    {
        if (!fields.Adapter.IsGiven && !fields.Settings.IsGiven)
        {
            return supplier;
        }

        var adapter = fields.Adapter.Or(supplier.Adapter);
        if (adapter is null)
        {
            return fields.Settings.Or(null) is null
                ? supplier with { Adapter = null, Settings = null, SettingsChangedAt = ChangedAt(supplier) }
                : Field.Refuse("/settings", "Settings are an adapter's: name it in the field adapter.");
        }

        if (!adapters.Names.Contains(adapter, StringComparer.Ordinal))
        {
            return Field.Refuse("/adapter", $"There is no such adapter. This release has: {string.Join(", ", adapters.Names)}.");
        }

        // Another adapter's secrets are not for this one, and what cannot be opened is given anew as a whole.
        var before = adapter == supplier.Adapter ? Reveal(supplier) : null;
        var given = fields.Settings.IsGiven ? fields.Settings.Or(null) : before;
        if (given is null || given.Length > Longest || SettingsText.Parse(given) is not { } settings)
        {
            return Field.Refuse("/settings", $"The adapter needs its settings: a JSON object of at most {Longest / 1024} KB in which no name is there twice.");
        }

        if (before is not null && CheckCarried(settings, before) is { } diverted)
        {
            return diverted;
        }

        var merged = SettingsText.Merge(settings, before);
        var mistakes = adapters.Check(adapter, merged);
        if (mistakes.Count > 0)
        {
            return Field.Refuse("/settings", string.Join(" ", mistakes.Take(MostMistakes)));
        }

        return merged == before ? supplier : supplier with { Adapter = adapter, Settings = vault.ProtectSettings(supplier.Id, merged), SettingsChangedAt = ChangedAt(supplier) };
    }

    // Whoever may change a supplier could else have the secrets that are stored sent to a server of their own.
    private static Refusal? CheckCarried(JsonObject given, string before)
    {
        if (SettingsText.Carried(given, before) is not { Count: > 0 } carried || SettingsText.Diverted(given, before) is not { } place)
        {
            return null;
        }

        return Field.Refuse(
            "/settings/secrets",
            $"{place} decides where secrets go and is not what it was, so secrets that are stored do not stay. Give these again, or null for one that ends: {string.Join(", ", carried)}. Nothing was changed.");
    }

    // The first settings replace none.
    private static DateTimeOffset? ChangedAt(Supplier supplier) => supplier.Settings is null ? supplier.SettingsChangedAt : supplier.UpdatedAt;

    /// <summary>The settings with their secrets masked; null: there are none, or none that can be opened.</summary>
    public string? Masked(Supplier supplier) => Reveal(supplier) is { } settings ? SettingsText.Masked(settings) : null;

    /// <summary>The names of the secrets in which two versions of a supplier differ.</summary>
    public IReadOnlyList<string> ChangedSecrets(Supplier? before, Supplier after)
    {
        ArgumentNullException.ThrowIfNull(after);
        return ReferenceEquals(before?.Settings, after.Settings) ? [] : SettingsText.ChangedSecrets(before is null ? null : Reveal(before), Reveal(after));
    }

    // What cannot be opened (a key that was lost, a damaged row) is as good as not there: people have to see the supplier, and can give its settings again.
    private string? Reveal(Supplier supplier)
    {
        try
        {
            return supplier.Settings is { } settings ? vault.RevealSettings(supplier.Id, settings) : null;
        }
        catch (SupplierVaultException)
        {
            return null;
        }
    }
}
