using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Answers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;
using Fulfilment.Suppliers.Http;

namespace Fulfilment.Suppliers.Declarative;

/// <summary>Asks for our money and for what the supplier sells. Half an answer is none: a product that is not in it would look as if it were no longer sold.</summary>
internal sealed class CatalogueCalls(SupplierDefinition definition, Func<RequestDefinition, SupplierRequest?, int, HttpRequestMessage?> write, SupplierHttp http)
{
    private const int LongestAnswer = 8 * 1024 * 1024;
    private const int MostPages = 500;
    private const int LongestText = 200;

    public async Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation)
    {
        if (definition.Balance is not { } balance || await AskAsync(balance.Request, balance.HttpStatuses, balance.Code, 1, cancellation).ConfigureAwait(false) is not { } answer)
        {
            return null;
        }

        return MoneyAt(balance.Amount, answer) is { } amount ? new SupplierBalance(amount, definition.Currency) : null;
    }

    public async Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation)
    {
        if (definition.Products is not { } call)
        {
            return null;
        }

        var found = new Dictionary<string, SupplierProduct>(StringComparer.Ordinal);
        var hasPages = call.Request.Uses(PlaceholderKind.Page);
        for (var page = 1; page <= MostPages; page++)
        {
            if (await AskAsync(call.Request, call.HttpStatuses, call.Code, page, cancellation).ConfigureAwait(false) is not { } answer
                || PageOf(call.Products, answer) is not { } products)
            {
                return null;
            }

            var before = found.Count;
            products.ForEach(product => found.TryAdd(product.SupplierSku, product));

            // A supplier that answers every page with the same one is done, too.
            if (!hasPages || found.Count == before)
            {
                return [.. found.Values];
            }
        }

        return null;
    }

    private async Task<JsonElement?> AskAsync(RequestDefinition request, IReadOnlyList<int> statuses, ValueMap? code, int page, CancellationToken cancellation)
    {
        using var message = write(request, null, page);
        if (message is null || await http.AskAsync(message, LongestAnswer, cancellation).ConfigureAwait(false) is not { } whole || !statuses.Contains(whole.Status))
        {
            return null;
        }

        return StrictJson.Parse(whole.Body) is { ValueKind: JsonValueKind.Object } answer && (code is null || OrderReading.Find(code, answer) == Meaning.Ok) ? answer : null;
    }

    private List<SupplierProduct>? PageOf(ProductList products, JsonElement answer)
    {
        // The page behind the last one often has null in place of a list.
        if (!products.List.TryFind(answer, out var list) || list.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
        {
            return null;
        }

        var read = new List<SupplierProduct>();
        foreach (var entry in list.ValueKind == JsonValueKind.Null ? [] : list.EnumerateArray().ToList())
        {
            if (products.Sku.FindTextOrNumber(entry) is not { Length: > 0 and <= LongestText } sku || products.Name.FindTextOrNumber(entry) is not { } name)
            {
                return null;
            }

            var isOnShelf = products.OnShelf is not { } shelf || OrderReading.Find(shelf, entry) == Meaning.Ok;
            read.Add(new SupplierProduct(
                sku,
                name.Length > LongestText ? name[..LongestText] : name,
                MoneyAt(products.Cost, entry),
                definition.Currency,
                isOnShelf,
                MoneyAt(products.FaceValue, entry)));
        }

        return read;
    }

    private static Money? MoneyAt(MoneyPath? money, JsonElement answer) =>
        money?.Path.FindTextOrNumber(answer) is { } text ? MoneyFormat.Read(text, money.Unit) : null;
}
