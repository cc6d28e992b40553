using System.Globalization;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Suppliers;

/// <summary>What a request says about a supplier. Fields it leaves out take their default in a new one and stay as they are in an existing one; see <see cref="Supplier"/>.</summary>
public sealed class SupplierFields
{
    private const int MostSupplies = 1_000;

    /// <summary>Required for a new supplier; cannot change.</summary>
    public Optional<string?> Code { get; set; }

    /// <summary>Required for a new supplier.</summary>
    public Optional<string?> Name { get; set; }

    /// <summary>Replaces what was agreed, as a whole.</summary>
    public Optional<IReadOnlyList<Supply?>?> Supplies { get; set; }

    /// <inheritdoc cref="Supplier.Active"/>
    public Optional<bool> Active { get; set; }

    /// <inheritdoc cref="Supplier.Adapter"/>
    public Optional<string?> Adapter { get; set; }

    /// <summary>The adapter's settings as JSON; secrets that they leave out stay. See <see cref="SupplierSettings"/>.</summary>
    public Optional<string?> Settings { get; set; }

    /// <inheritdoc cref="Supplier.LowBalance"/>
    public Optional<Money?> LowBalance { get; set; }

    /// <summary>A new supplier as these fields and the defaults say, or why there is none.</summary>
    internal Result<Supplier> Create(long id, CatalogueSnapshot catalogue, SupplierSettings settings, DateTimeOffset now)
    {
        var missing = Field.Required(Code, "/code") ?? Field.Required(Name, "/name");
        return missing is not null ? missing : Applied(new Supplier { Id = id, Code = Code.Or(null)!, Name = "", UpdatedAt = now }, catalogue, settings);
    }

    /// <summary>The supplier with these fields changed, or why it cannot be.</summary>
    internal Result<Supplier> Change(Supplier supplier, CatalogueSnapshot catalogue, SupplierSettings settings, DateTimeOffset now) =>
        Code.Or(supplier.Code) == supplier.Code
            ? Applied(supplier with { UpdatedAt = now }, catalogue, settings)
            : Field.Refuse("/code", "The code of a supplier cannot change; its keys and batches refer to it.");

    private Result<Supplier> Applied(Supplier supplier, CatalogueSnapshot catalogue, SupplierSettings settings)
    {
        var supplies = Supplies.IsGiven ? Supplies.Or(null) : supplier.Supplies;
        var refusal = Field.Code(supplier.Code, "/code")
            ?? Field.Text(Name.Or(supplier.Name), "/name", 200, required: true)
            ?? (LowBalance.Or(null) is { } low ? Field.Amount(low, "/lowBalance") : null)
            ?? CheckSupplies(supplies, catalogue);
        return refusal is not null
            ? refusal
            : settings.Apply(this, supplier with { Name = Name.Or(supplier.Name)!, Supplies = [.. supplies!.Select(supply => supply!)], Active = Active.Or(supplier.Active), LowBalance = LowBalance.Or(supplier.LowBalance) });
    }

    private static Refusal? CheckSupplies(IReadOnlyList<Supply?>? supplies, CatalogueSnapshot catalogue)
    {
        if (supplies is null)
        {
            return Field.Refuse("/supplies", "A list is expected; an empty one for a supplier of nothing yet.");
        }

        if (supplies.Count > MostSupplies)
        {
            return Field.Refuse("/supplies", $"At most {MostSupplies} SKUs are allowed.");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < supplies.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"/supplies/{i}");
            if (supplies[i] is not { } supply)
            {
                return Field.Refuse(at, "An entry is an object with sku, unitCost and currency.");
            }

            if (catalogue.FindSku(supply.Sku) is null)
            {
                return new Refusal(RefusalCode.UnknownSku, at + "/sku");
            }

            var fault = Field.Amount(supply.UnitCost, at + "/unitCost")
                ?? Field.Currency(supply.Currency, at + "/currency")
                ?? (seen.Add(supply.Sku) ? null : Field.Refuse(at + "/sku", "The SKU is there twice."));
            if (fault is not null)
            {
                return fault;
            }
        }

        return null;
    }
}
