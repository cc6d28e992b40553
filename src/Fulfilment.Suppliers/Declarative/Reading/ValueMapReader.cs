using System.Text.Json;
using System.Text.RegularExpressions;
using Fulfilment.Suppliers.Declarative.Answers;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Reads where things stand in an answer, and what the values of a code mean.</summary>
internal sealed partial class ValueMapReader(Mistakes mistakes)
{
    private static readonly Dictionary<string, MoneyUnit> Units = new() { ["yuan"] = MoneyUnit.Yuan, ["fen"] = MoneyUnit.Fen, ["li"] = MoneyUnit.Li };

    public JsonPath? ReadPath(SourceNode? node)
    {
        if (node is null)
        {
            return null;
        }

        if (node.Kind == JsonValueKind.String && JsonPath.Parse(node.Text) is { } path)
        {
            return path;
        }

        mistakes.Add(node, $"{node.Describe} is no place in an answer.", "Write the names from the outside in, with dots: \"data.status\"; items of a list with numbers: \"data.cards[0].no\".");
        return null;
    }

    public MoneyPath? ReadMoney(SourceNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var fields = new FieldReader(node, mistakes);
        var path = ReadPath(fields.Required("path", "Write where the amount stands: \"path\": \"data.price\"."));
        fields.Required("unit", "Write \"unit\": \"yuan\" for 12.50, \"fen\" for 1250, \"li\" for 12500.");
        var unit = fields.Choice("unit", Units);
        fields.Close();
        return path is null || unit is null ? null : new MoneyPath(path, unit.Value);
    }

    /// <param name="node">Of the map.</param>
    /// <param name="meanings">Those that are possible here.</param>
    /// <param name="textsOnly">Whether the message is a form, where everything is a text.</param>
    public ValueMap? Read(SourceNode? node, IReadOnlyDictionary<string, Meaning> meanings, bool textsOnly)
    {
        if (node is null)
        {
            return null;
        }

        var fields = new FieldReader(node, mistakes);
        var path = ReadPath(fields.Required("path", "Write where the code stands: \"path\": \"code\"."));
        var list = fields.Required("values", "List what the supplier's document says: \"values\": [ { \"is\": 0, \"means\": \"issued\" } ].");
        var values = new List<MeaningOfValue>();
        foreach (var item in fields.Items("values", "Write a list: [ { \"is\": 0, \"means\": \"issued\" } ]."))
        {
            if (ReadValue(item, meanings, textsOnly) is not { } value)
            {
                continue;
            }

            if (values.Any(other => other.Json == value.Json))
            {
                mistakes.Add(item, $"{value.Json} is listed twice.", "Keep one of them.");
                continue;
            }

            values.Add(value);
        }

        if (list is { Kind: JsonValueKind.Array, Items.Count: 0 })
        {
            mistakes.Add(list, "The list is empty, so every answer would be unknown.", "List what the supplier's document says of this code.");
        }

        fields.Close();
        return path is null ? null : new ValueMap(path, values);
    }

    private MeaningOfValue? ReadValue(SourceNode item, IReadOnlyDictionary<string, Meaning> meanings, bool textsOnly)
    {
        var fields = new FieldReader(item, mistakes);
        var value = fields.Required("is", "Write the value as it stands in the answer: \"is\": 0, or \"is\": \"0\" if it is a text there.");
        fields.Required("means", $"Write what it means: {NearMiss.List([.. meanings.Keys])}.");
        var means = fields.Choice("means", meanings);
        var (text, affectsAll) = (fields.Text("text"), fields.Flag("affectsAll"));
        fields.Close();
        if (value is null || means is null)
        {
            return null;
        }

        if (value.Kind is JsonValueKind.Object or JsonValueKind.Array)
        {
            mistakes.Add(value, $"This is {value.Describe}.", "A value is a number, a text, true or false.");
            return null;
        }

        if (textsOnly && value.Kind != JsonValueKind.String)
        {
            mistakes.Add(value, $"This is {value.Describe}, but a form has texts only.", $"Write \"is\": \"{value.Text}\", with quotation marks.");
            return null;
        }

        if (means is Meaning.Rejected or Meaning.NotNow)
        {
            CheckRejected(item, value, means.Value, text);
        }
        else if (affectsAll)
        {
            mistakes.Add(fields.Optional("affectsAll")!, "Only \"rejected\" and \"notNow\" can affect all orders.", "Take it out here.");
        }

        return new MeaningOfValue(value.Kind == JsonValueKind.String ? JsonSerializer.Serialize(value.Text) : value.Text, means.Value, text, affectsAll);
    }

    // A rejection sends the order to the next supplier at once: taken wrongly, the customer is served twice and you pay twice.
    private void CheckRejected(SourceNode item, SourceNode value, Meaning means, string? text)
    {
        var (name, example, next) = means == Meaning.NotNow ? ("notNow", "请求过于频繁, 未下单", "is sent again") : ("rejected", "余额不足", "goes to the next supplier");
        if (text is null)
        {
            mistakes.Add(item, $"{value.Text} means {name}, and nothing says why that is certain.", $"Copy what the supplier's document says of it: \"text\": \"{example}\".");
        }
        else if (DoubtfulWords().IsMatch(text) || (means == Meaning.Rejected && LaterWords().IsMatch(text)))
        {
            mistakes.Warn(
                item,
                $"\"{text}\" sounds as if the order may have been carried out all the same, but {value.Text} means {name}: the order {next}, and you may pay twice.",
                "Write \"means\": \"unknown\" unless the supplier assures you that nothing was done.");
        }
    }

    [GeneratedRegex("超时|重复|已存在|系统|异常|存疑|可疑|处理中|充值中|网络|未知|timeout|time[d -]*out|duplicate|exist|used before|system|internal|exception|doubt|suspect|processing|pending|network|unknown", RegexOptions.IgnoreCase)]
    private static partial Regex DoubtfulWords();

    // To be told to come back later is what "not now" means.
    [GeneratedRegex("繁忙|稍后|busy|later", RegexOptions.IgnoreCase)]
    private static partial Regex LaterWords();
}
