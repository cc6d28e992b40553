using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Fulfilment.Core;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace SupplierSimulator.Wire;

/// <summary>The words of the supplier that a definition describes: its requests read backwards, and its answers and callbacks written where the definition reads.</summary>
/// <param name="definition">The supplier's.</param>
/// <param name="secrets">By the names of the definition, as customer and supplier share them.</param>
public sealed class DeclaredWords(SupplierDefinition definition, IReadOnlyDictionary<string, string> secrets) : ISupplierWords
{
    private readonly AnswerWriter _answers = new(definition, secrets);

    /// <inheritdoc/>
    public SupplierCall Read(WireRequest request)
    {
        foreach (var (template, read) in Calls())
        {
            if (ReceivedRequest.Match(template, request, secrets) is { } received)
            {
                var call = read(received);
                return received.IsGenuine(template, request) ? call : new SupplierCall.Forged(call);
            }
        }

        return new SupplierCall.Unreadable($"{request.Method} {request.Path} is none of the requests of {definition.Name}.");
    }

    /// <inheritdoc/>
    public WireAnswer Write(SupplierCall call, Statement statement, bool forged)
    {
        var asked = call is SupplierCall.Forged forgedCall ? forgedCall.Of : call;
        var (statuses, json, signed) = asked switch
        {
            SupplierCall.Query => (definition.Query!.HttpStatuses, _answers.Write(definition.Query.Answer, statement), definition.Query.Answer.Signed),
            SupplierCall.Balance => (definition.Balance!.HttpStatuses, Balance(definition.Balance, statement), null),
            SupplierCall.Products => (definition.Products!.HttpStatuses, Products(definition.Products, statement), null),
            _ => (definition.Submit.HttpStatuses, _answers.Write(definition.Submit.Answer, statement), definition.Submit.Answer.Signed),
        };
        var finished = JsonTree.Finish(json)!.AsObject();
        var headers = signed is null ? [] : MessageSigner.Sign(signed, finished, finished.ToJsonString(ReceivedRequest.Compact), "", forged ? Others(secrets) : secrets, DateTimeOffset.UtcNow);
        return new WireAnswer(statuses[0], "application/json; charset=utf-8", Encoding.UTF8.GetBytes(finished.ToJsonString(ReceivedRequest.Compact))) { Headers = headers };
    }

    /// <inheritdoc/>
    public WireCallback? Callback(string reference, Statement statement, bool forged) =>
        definition.Callback is { } callback && statement is Statement.Issued or Statement.Rejected or Statement.UnderWay
            ? new CallbackWriter(definition.Callback!, _answers, forged ? Others(secrets) : secrets).Write(reference, statement)
            : null;

    /// <inheritdoc/>
    public bool IsTaken(int status, string body) =>
        definition.Callback is { } callback && status == callback.Accepted.Status && body == callback.Accepted.Body;

    private IEnumerable<(RequestDefinition Template, Func<ReceivedRequest, SupplierCall> Read)> Calls()
    {
        yield return (definition.Submit.Request, Submit);
        if (definition.Query is { } query)
        {
            yield return (query.Request, received => new SupplierCall.Query(received.Find(PlaceholderKind.Reference) ?? received.Find(PlaceholderKind.Receipt) ?? ""));
        }

        if (definition.Balance is { } balance)
        {
            yield return (balance.Request, _ => new SupplierCall.Balance());
        }

        if (definition.Products is { } products)
        {
            yield return (products.Request, received => new SupplierCall.Products(int.Parse(received.Find(PlaceholderKind.Page) ?? "1", CultureInfo.InvariantCulture)));
        }
    }

    private SupplierCall Submit(ReceivedRequest received)
    {
        var price = definition.Submit.Request.Fields.SelectMany(field => field.Value.Templates).SelectMany(template => template.Places)
            .FirstOrDefault(place => place.Kind == PlaceholderKind.MaxCost);
        var unit = price?.Format switch { MoneyFormat.Fen => MoneyUnit.Fen, MoneyFormat.Li => MoneyUnit.Li, _ => MoneyUnit.Yuan };
        return new SupplierCall.Submit(
            received.Find(PlaceholderKind.Reference) ?? "",
            received.Find(PlaceholderKind.SupplierSku) ?? "",
            received.Find(PlaceholderKind.Recipient) is not null,
            received.Find(PlaceholderKind.MaxCost) is { } text ? MoneyFormat.Read(text, unit) : null,
            received.Find(PlaceholderKind.CallbackUrl));
    }

    private static JsonNode Balance(BalanceCall call, Statement statement) => statement is Statement.Balance balance
        ? JsonTree.Put(Ok(call.Code), call.Amount.Path, AnswerWriter.Amount(balance.Amount, call.Amount.Unit))
        : AnswerWriter.Unlisted(call.Code);

    private static JsonNode Products(ProductsCall call, Statement statement)
    {
        if (statement is not Statement.Products products)
        {
            return AnswerWriter.Unlisted(call.Code);
        }

        var list = new JsonArray();
        foreach (var product in products.All)
        {
            var entry = JsonTree.Put(new JsonObject(), call.Products.Sku, product.Code);
            entry = JsonTree.Put(entry, call.Products.Name, product.Name);
            entry = call.Products.Cost is { } cost ? JsonTree.Put(entry, cost.Path, AnswerWriter.Amount(product.Price, cost.Unit)) : entry;
            entry = call.Products.FaceValue is { } face ? JsonTree.Put(entry, face.Path, AnswerWriter.Amount(new Money(product.Price.TenThousandths / 9 * 10), face.Unit)) : entry;
            list.Add(call.Products.OnShelf is not { } shelf ? entry : JsonTree.Put(entry, shelf.Path, product.OnShelf ? AnswerWriter.Value(shelf, Meaning.Ok) : AnswerWriter.UnlistedValue(shelf)));
        }

        return JsonTree.Put(Ok(call.Code), call.Products.List, list);
    }

    private static JsonNode Ok(ValueMap? code) => code is null ? new JsonObject() : JsonTree.Put(new JsonObject(), code.Path, AnswerWriter.Value(code, Meaning.Ok));

    private static Dictionary<string, string> Others(IReadOnlyDictionary<string, string> secrets) =>
        secrets.ToDictionary(secret => secret.Key, secret => "not" + secret.Value, StringComparer.Ordinal);
}
