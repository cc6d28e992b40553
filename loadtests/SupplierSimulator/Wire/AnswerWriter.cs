using System.Text.Json.Nodes;
using Fulfilment.Core;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;
using SupplierSimulator.Faults;

namespace SupplierSimulator.Wire;

/// <summary>Writes what is to be said of an order as JSON that a definition reads that way.</summary>
internal sealed class AnswerWriter(SupplierDefinition definition, IReadOnlyDictionary<string, string> secrets)
{
    private static readonly Dictionary<RejectionWord, string[]> RejectionWords = new()
    {
        [RejectionWord.Balance] = ["余额", "balance"],
        [RejectionWord.Price] = ["价格", "price"],
        [RejectionWord.TooFrequent] = ["频", "限流", "rate", "frequent"],
        [RejectionWord.Other] = [],
    };

    private readonly CardWriter _cards = new(definition, secrets);

    /// <summary>The whole of it.</summary>
    public JsonNode Write(OrderAnswer answer, Statement statement) => statement switch
    {
        Statement.Issued issued => Issued(answer, issued),
        Statement.UnderWay underWay => Numbers(answer, Say(answer, Meaning.Processing), underWay.Order),
        Statement.Rejected rejected => Numbers(answer, Refuse(answer, rejected.Word), rejected.Order with { Receipt = "" }),
        Statement.NotFound => Say(answer, Meaning.NotFound),
        Statement.DuplicateNumber => Say(answer, null, "重复", "已存在", "duplicate"),
        Statement.SystemError => Say(answer, Meaning.Unknown, "系统", "system"),
        Statement.BadSignature => Say(answer, null, "签名", "验签", "sign"),
        _ => Say(answer, null),
    };

    /// <summary>An amount as the supplier counts.</summary>
    public static JsonNode Amount(Money amount, MoneyUnit unit) => unit switch
    {
        MoneyUnit.Yuan => JsonValue.Create(MoneyFormat.Write(amount, MoneyFormat.Yuan4)),
        MoneyUnit.Fen => JsonValue.Create(amount.TenThousandths / 100),
        MoneyUnit.Li => JsonValue.Create(amount.TenThousandths / 10),
    };

    /// <summary>The value with this meaning.</summary>
    public static JsonNode? Value(ValueMap map, Meaning meaning) =>
        map.Values.FirstOrDefault(value => value.Means == meaning) is { } found ? JsonNode.Parse(found.Json) : UnlistedValue(map);

    /// <summary>A value that is in no documentation, of the kind of the others.</summary>
    public static JsonNode UnlistedValue(ValueMap map) =>
        map.Values[0].Json.StartsWith('"') ? JsonValue.Create("UNHEARD_OF") : map.Values[0].Json is "true" or "false" ? JsonValue.Create("maybe") : JsonValue.Create(987_654);

    /// <summary>An answer whose code is in no documentation.</summary>
    public static JsonNode Unlisted(ValueMap? code) => code is null ? new JsonObject() : JsonTree.Put(new JsonObject(), code.Path, UnlistedValue(code));

    private JsonNode Issued(OrderAnswer answer, Statement.Issued issued)
    {
        var json = Numbers(answer, Say(answer, Meaning.Issued), issued.Order);
        json = answer.Cost is { } cost ? JsonTree.Put(json, cost.Path, Amount(issued.Charged, cost.Unit)) : json;
        return answer.Cards is { } cards && issued.Codes.Count > 0 ? _cards.Put(json, answer, cards, issued.Codes) : json;
    }

    // Too many for now: where the definition has a word for that, it is the one.
    private static JsonNode Refuse(OrderAnswer answer, RejectionWord word)
    {
        var isNotNow = word == RejectionWord.TooFrequent && answer.Meanings.Contains(Meaning.NotNow);
        return isNotNow ? Say(answer, Meaning.NotNow) : Say(answer, Meaning.Rejected, RejectionWords[word]);
    }

    private static JsonNode Numbers(OrderAnswer answer, JsonNode json, OrderNumbers numbers)
    {
        json = answer.Reference is { } reference ? JsonTree.Put(json, reference, numbers.Reference) : json;
        return answer.Receipt is { } receipt && numbers.Receipt.Length > 0 ? JsonTree.Put(json, receipt, numbers.Receipt) : json;
    }

    // A word whose explanation names the very reason comes before one that only has the right meaning; without either it is a code in no documentation.
    private static JsonNode Say(OrderAnswer answer, Meaning? meaning, params string[] reasons)
    {
        foreach (var wanted in (Func<MeaningOfValue, bool>[])[value => Names(value, reasons), value => value.Means == meaning])
        {
            if (answer.Status is { } status && status.Values.FirstOrDefault(wanted) is { } state && SeesStatus(answer))
            {
                var json = JsonTree.Put(new JsonObject(), status.Path, JsonNode.Parse(state.Json));
                return answer.Code is { } call ? WithMessage(answer, JsonTree.Put(json, call.Path, Value(call, Meaning.SeeStatus)), state) : WithMessage(answer, json, state);
            }

            if (answer.Code is { } code && code.Values.FirstOrDefault(wanted) is { } word)
            {
                return WithMessage(answer, JsonTree.Put(new JsonObject(), code.Path, JsonNode.Parse(word.Json)), word);
            }
        }

        return Unlisted(answer.Code ?? answer.Status);
    }

    private static bool SeesStatus(OrderAnswer answer) => answer.Code is null || answer.Code.Values.Any(value => value.Means == Meaning.SeeStatus);

    private static bool Names(MeaningOfValue value, string[] reasons) =>
        value.Means is not (Meaning.SeeStatus or Meaning.Issued or Meaning.Ok) && reasons.Any(reason => value.Text?.Contains(reason, StringComparison.OrdinalIgnoreCase) == true);

    private static JsonNode WithMessage(OrderAnswer answer, JsonNode json, MeaningOfValue value) =>
        answer.Message is { } message ? JsonTree.Put(json, message, value.Text ?? value.Means.ToString()) : json;
}
