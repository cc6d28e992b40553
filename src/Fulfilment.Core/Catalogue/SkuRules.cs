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
        ?? Field.Range(sku.HoldMinutes, "/holdMinutes", 1, LongestHoldMinutes)
        ?? Field.Range(sku.AfterSales.AutomaticPerDay, "/afterSales/automaticPerDay", 0, LargestAutomaticPerDay)
        ?? Field.Range(sku.AfterSales.CoolingOffDays, "/afterSales/coolingOffDays", 0, LongestCoolingOffDays)
        ?? Inputs(sku.Inputs)
        ?? Routes(sku.Routes);

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

    private static Refusal? Unwanted(object? value, string param) =>
        value is null ? null : Field.Refuse(param, "Only a route to a supplier has this field.");

    private static bool Same(Route one, Route other) =>
        (one.Source, one.Supplier, one.SupplierSku) == (other.Source, other.Supplier, other.SupplierSku);

    private static string Pointer(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}/{index}");
}
