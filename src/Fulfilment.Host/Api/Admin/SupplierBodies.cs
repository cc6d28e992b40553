using System.Text.Json;
using System.Text.Json.Serialization;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Host.Api.Admin;

/// <summary>A change of a supplier, read as <see cref="SkuChanges"/> is.</summary>
internal class SupplierChanges
{
    private readonly SupplierFields _fields = new();
    private Refusal? _refusal;

    /// <summary>What was given. A method, because a property of this name would be a field of the request.</summary>
    public SupplierFields Read() => _fields;

    /// <summary>What was given that this release cannot keep.</summary>
    public Refusal? Refuse() => _refusal;

    public string Code { set => _fields.Code = value; }

    public string Name { set => _fields.Name = value; }

    public IReadOnlyList<SupplyBody?>? Supplies { get => []; set => _fields.Supplies = new(value is null ? null : [.. value.Select(supply => supply?.Read())]); }

    public bool Active { set => _fields.Active = value; }

    // Their settings hold secrets, which must not be stored before there is something to keep and use them.
    public string? Adapter { set => _refusal ??= value is null ? null : NoAdapters("/adapter"); }

    public JsonElement? Settings { set => _refusal ??= value is null or { ValueKind: JsonValueKind.Null } ? null : NoAdapters("/settings"); }

    private static Refusal NoAdapters(string param) =>
        new(RefusalCode.InvalidRequest, param, "This release calls no suppliers, so it keeps no adapter or settings. Leave the field out, or give null.");
}

/// <summary>A new supplier.</summary>
internal sealed class NewSupplier : SupplierChanges
{
    [JsonRequired]
    public new string Code { set => base.Code = value; }

    [JsonRequired]
    public new string Name { set => base.Name = value; }
}

/// <summary>What is agreed for a SKU.</summary>
internal sealed record SupplyBody
{
    [JsonRequired]
    public string Sku { get; init; } = "";

    [JsonRequired]
    public Money UnitCost { get; init; }

    [JsonRequired]
    public string Currency { get; init; } = "";

    // Not init: the serializer would set it to zero where it is left out.
    public BatchTerms Terms { get; set; } = BatchTerms.Purchased;

    public static SupplyBody Of(Supply supply) => new() { Sku = supply.Sku, UnitCost = supply.UnitCost, Currency = supply.Currency, Terms = supply.Terms };

    public Supply Read() => new(Sku ?? "", UnitCost, Currency, Terms);
}

/// <summary>A supplier as operators see it.</summary>
internal sealed record AdminSupplier(
    string Code,
    string Name,
    string? Adapter,
    JsonElement? Settings,
    IReadOnlyList<SupplyBody> Supplies,
    bool Active,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static AdminSupplier Of(Supplier supplier) => new(
        supplier.Code,
        supplier.Name,
        null,
        null,
        [.. supplier.Supplies.Select(SupplyBody.Of)],
        supplier.Active,
        IdGenerator.TimeOf(supplier.Id),
        supplier.UpdatedAt);
}
