using System.Globalization;

namespace Fulfilment.Core.Catalogue;

/// <summary>What every SKU that is stored keeps to.</summary>
internal static class SkuRules
{
    private const int LargestOrder = 5_000;
    private const int LargestMinRemainingDays = 3_650;
    private const int LongestHoldMinutes = 7 * 24 * 60;
    private const int LargestAutomaticPerDay = 1_000_000;
    private const int LongestCoolingOffDays = 3_650;
    private const int MostInputs = 20;
    private const int MostRoutes = 20;
    private const int LongestWaitMinutes = 7 * 24 * 60;
    private const int MostComponents = 20;
    private const int MostUnitsInBundle = 100;

    public static Refusal? Check(Sku sku) =>
        Field.Code(sku.Code, "/code")
        ?? Field.Text(sku.Name, "/name", 200, required: true)
        ?? Field.Text(sku.Brand, "/brand", 100)
        ?? Field.Text(sku.Category, "/category", 100)
        ?? Field.Text(sku.Duration, "/duration", 100)
        ?? Field.Text(sku.Description, "/description", 10_000, lines: true)
        ?? Field.Text(sku.Instructions, "/instructions", 10_000, lines: true)
        ?? Field.Url(sku.RedeemUrl, "/redeemUrl")
        ?? Field.Url(sku.ImageUrl, "/imageUrl")
        ?? Field.Currency(sku.Currency, "/currency")
        ?? Field.Amount(sku.Price, "/price")
        ?? Field.Amount(sku.FaceValue, "/faceValue")
        ?? Field.Range(sku.MinPerOrder, "/minPerOrder", 1, LargestOrder)
        ?? Field.Range(sku.MaxPerOrder, "/maxPerOrder", 1, LargestOrder)
        ?? (sku.MinPerOrder <= sku.MaxPerOrder ? null : Field.Refuse("/minPerOrder", "minPerOrder must not be larger than maxPerOrder."))
        ?? Field.Pattern(sku.RecipientPattern, "/recipientPattern")
        ?? Field.Range(sku.MinRemainingDays, "/minRemainingDays", 0, LargestMinRemainingDays)
        ?? Field.Range(sku.LowStockAt, "/lowStockAt", 0, int.MaxValue)
        ?? Field.Range(sku.HoldMinutes, "/holdMinutes", 1, LongestHoldMinutes)
        ?? Field.Range(sku.AfterSales.AutomaticPerDay, "/afterSales/automaticPerDay", 0, LargestAutomaticPerDay)
        ?? Field.Range(sku.AfterSales.CoolingOffDays, "/afterSales/coolingOffDays", 0, LongestCoolingOffDays)
        ?? Inputs(sku.Inputs)
        ?? Routes(sku.Routes)
        ?? Field.Range(sku.Supply.WaitMinutes, "/supply/waitMinutes", 0, LongestWaitMinutes)
        ?? Components(sku);

    private static Refusal? Inputs(IReadOnlyList<SkuInput> inputs)
    {
        if (inputs.Count > MostInputs)
        {
            return Field.Refuse("/inputs", $"At most {MostInputs} inputs are allowed.");
        }

        for (var i = 0; i < inputs.Count; i++)
        {
            var at = Pointer("/inputs", i);
            var refusal = inputs[i] is { } input
                ? Field.Text(input.Name, at + "/name", 64, required: true) ?? Field.Pattern(input.Pattern, at + "/pattern")
                : Field.Refuse(at, "An input must not be null.");
            refusal ??= inputs.Take(i).Any(other => other.Name == inputs[i].Name) ? Field.Refuse(at + "/name", "This input is declared twice.") : null;
            if (refusal is not null)
            {
                return refusal;
            }
        }

        return null;
    }

    private static Refusal? Routes(IReadOnlyList<Route> routes)
    {
        if (routes.Count > MostRoutes)
        {
            return Field.Refuse("/routes", $"At most {MostRoutes} routes are allowed.");
        }

        for (var i = 0; i < routes.Count; i++)
        {
            var at = Pointer("/routes", i);
            var refusal = routes[i] is { } route ? One(route, at) : Field.Refuse(at, "A route must not be null.");
            refusal ??= routes.Take(i).Any(other => Same(other, routes[i])) ? Field.Refuse(at, "This route is listed twice.") : null;
            if (refusal is not null)
            {
                return refusal;
            }
        }

        return null;
    }

    private static Refusal? One(Route route, string at)
    {
        if (route.Source == RouteSource.Supplier)
        {
            return Field.Code(route.Supplier, at + "/supplier")
                ?? Field.Text(route.SupplierSku, at + "/supplierSku", 200, required: true)
                ?? Field.Amount(route.UnitCost, at + "/unitCost");
        }

        return Unwanted(route.Supplier, at + "/supplier") ?? Unwanted(route.SupplierSku, at + "/supplierSku") ?? Unwanted(route.UnitCost, at + "/unitCost");
    }

    private static Refusal? Components(Sku sku)
    {
        if (sku.Kind != SkuKind.Bundle)
        {
            return sku.Components.Count == 0 ? null : Field.Refuse("/components", "Only a bundle has components.");
        }

        if (sku.Routes.Count > 0)
        {
            return Field.Refuse("/routes", "A bundle has no routes of its own; its components have.");
        }

        if (sku.Components.Count > MostComponents)
        {
            return Field.Refuse("/components", $"At most {MostComponents} components are allowed.");
        }

        for (var i = 0; i < sku.Components.Count; i++)
        {
            var at = Pointer("/components", i);
            var refusal = sku.Components[i] is { } component
                ? Field.Code(component.Sku, at + "/sku") ?? Field.Range(component.Quantity, at + "/quantity", 1, MostUnitsInBundle)
                : Field.Refuse(at, "A component must not be null.");
            refusal ??= sku.Components.Take(i).Any(other => other.Sku == sku.Components[i].Sku) ? Field.Refuse(at + "/sku", "This component is listed twice.") : null;
            if (refusal is not null)
            {
                return refusal;
            }
        }

        return sku.Components.Sum(component => component.Quantity) <= MostUnitsInBundle
            ? null
            : Field.Refuse("/components", $"A bundle has at most {MostUnitsInBundle} units.");
    }

    private static Refusal? Unwanted(object? value, string param) =>
        value is null ? null : Field.Refuse(param, "Only a route to a supplier has this field.");

    private static bool Same(Route one, Route other) =>
        (one.Source, one.Supplier, one.SupplierSku) == (other.Source, other.Supplier, other.SupplierSku);

    private static string Pointer(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}/{index}");
}
