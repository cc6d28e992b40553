using System.Text.Json;
using System.Text.Json.Serialization;
using Fulfilment.Core;
using SupplierSimulator.Faults;
using SupplierSimulator.Wire;

namespace SupplierSimulator;

/// <summary>What no supplier has: a look at the truth, and the switches.</summary>
internal static class Controls
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new MoneyText() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    public static void MapControls(this WebApplication app, SupplierBook book)
    {
        app.MapGet("/_truth", () => Results.Json(book.Truth(), Json));
        app.MapGet("/_faults", () => Results.Json(book.Plan, Json));
        app.MapPut("/_faults", (Func<HttpContext, Task<IResult>>)(http => ReadAsync<FaultPlan>(http, plan => book.Plan = plan)));
        app.MapPut("/_products", (Func<HttpContext, Task<IResult>>)(http => ReadAsync<List<ProductForSale>>(http, products => book.Products = products)));
        app.MapPut("/_balance", (Func<HttpContext, Task<IResult>>)(http => ReadAsync<BalanceNow>(http, balance => book.Balance = balance.Amount)));
    }

    private static async Task<IResult> ReadAsync<T>(HttpContext http, Action<T> use)
    {
        try
        {
            use(await JsonSerializer.DeserializeAsync<T>(http.Request.Body, Json, http.RequestAborted) ?? throw new JsonException("There is nothing in it."));
            return Results.NoContent();
        }
        catch (JsonException exception)
        {
            return Results.Problem(exception.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }

    private sealed record BalanceNow(Money Amount);
}
