using System.Text.Json;
using System.Text.Json.Serialization;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers;

namespace Fulfilment.Host.Api.Admin;

/// <summary>A change of a supplier, read as <see cref="SkuChanges"/> is.</summary>
internal class SupplierChanges
{
    private readonly SupplierFields _fields = new();

    /// <summary>What was given. A method, because a property of this name would be a field of the request.</summary>
    public SupplierFields Read() => _fields;

    public string Code { set => _fields.Code = value; }

    public string Name { set => _fields.Name = value; }

    public IReadOnlyList<SupplyBody?>? Supplies { get => []; set => _fields.Supplies = new(value is null ? null : [.. value.Select(supply => supply?.Read())]); }

    public bool Active { set => _fields.Active = value; }

    public string? Adapter { set => _fields.Adapter = value; }

    public Money? LowBalance { set => _fields.LowBalance = value; }

    public JsonElement? Settings { set => _fields.Settings = value is null or { ValueKind: JsonValueKind.Null } ? null : value.Value.GetRawText(); }
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

/// <summary>Why a supplier is paused, or no longer.</summary>
internal sealed record PauseReason(string? Reason = null);

/// <summary>Our money at a supplier, as it says now.</summary>
internal sealed record SupplierBalanceAnswer(string Supplier, Money Balance, string Currency);

/// <summary>A supplier as operators see it; secrets in its settings are masked.</summary>
internal sealed record AdminSupplier(
    string Code,
    string Name,
    string? Adapter,
    JsonElement? Settings,
    string? SettingsFault,
    IReadOnlyList<SupplyBody> Supplies,
    bool Active,
    bool Paused,
    Money? LowBalance,
    bool BreakerOpen,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>Shows suppliers with their secrets masked, and whether this node has given one up for now.</summary>
internal sealed class SupplierView(SupplierSettings settings, SupplierDirectory directory)
{
    public AdminSupplier Of(Supplier supplier) => new(
        supplier.Code,
        supplier.Name,
        supplier.Adapter,
        settings.Masked(supplier) is { } masked ? JsonSerializer.Deserialize(masked, AdminJson.Default.JsonElement) : null,
        directory.FaultOf(supplier.Code),
        [.. supplier.Supplies.Select(SupplyBody.Of)],
        supplier.Active,
        supplier.Paused,
        supplier.LowBalance,
        directory.IsBreakerOpen(supplier.Code),
        IdGenerator.TimeOf(supplier.Id),
        supplier.UpdatedAt);
}
