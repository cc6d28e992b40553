using System.Text.Json;
using System.Text.RegularExpressions;
using Fulfilment.Suppliers.Declarative.Answers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Reads a definition file and collects every mistake in it, so that its writer sees them all at once.</summary>
public sealed partial class DefinitionReader
{
    private static readonly Dictionary<string, Meaning> CallMeanings = new() { ["ok"] = Meaning.Ok };

    private readonly Mistakes _mistakes = new();
    private readonly FieldReader _file;
    private readonly TemplateReader _templates;
    private readonly RequestReader _requests;
    private readonly AnswerReader _answers;
    private readonly TimingReader _timing;
    private readonly SignatureReader _signatures;
    private readonly Dictionary<string, string> _secrets;
    private readonly SourceNode? _signature;

    private DefinitionReader(SourceNode file, Mistakes mistakes)
    {
        _mistakes = mistakes;
        _file = new FieldReader(file, mistakes);
        _secrets = ReadSecrets();
        _templates = new TemplateReader(mistakes, _secrets.Keys);
        _signatures = new SignatureReader(mistakes, _templates);
        _requests = new RequestReader(mistakes, _templates, _signatures);
        _answers = new AnswerReader(mistakes, _signatures, new CardsReader(mistakes, _templates));
        _timing = new TimingReader(mistakes);
        _signature = _file.Optional("signature");
    }

    /// <summary>The definition in a file, and what is wrong with it.</summary>
    public static ReadDefinition Read(ReadOnlySpan<byte> file)
    {
        var mistakes = new Mistakes();
        var definition = SourceParser.Parse(file, mistakes) is { } root ? new DefinitionReader(root, mistakes).Read() : null;
        return new ReadDefinition(mistakes.AreFatal ? null : definition, mistakes.All);
    }

    private SupplierDefinition? Read()
    {
        CheckFormat();
        var name = _file.RequiredText("name", "Write the supplier's name, for people.");
        var currency = _file.RequiredText("currency", "Write the currency of its prices in three capitals: \"CNY\".");
        if (currency is not null && !Currency().IsMatch(currency))
        {
            _mistakes.Add(_file.Optional("currency")!, $"\"{currency}\" is no currency.", "Write three capitals of ISO 4217: \"CNY\".");
        }

        var submitNode = _file.Required("submit", "Describe how an order is placed: \"submit\": { \"method\": …, \"path\": …, \"answer\": … }.");
        var submit = submitNode is null ? null : ReadOrderCall(submitNode, Places.OfSubmit, AnswerKind.Submission);
        var queryNode = _file.Optional("query");
        var query = queryNode is null ? null : ReadOrderCall(queryNode, Places.OfQuery, AnswerKind.Query);
        var definition = new SupplierDefinition
        {
            Name = name ?? "",
            BaseUrl = _timing.ReadAddress(_file, warnOfHttp: true),
            Currency = currency ?? "",
            TimeZone = ReadZone(),
            Secrets = _secrets,
            Submit = submit!,
            Query = query,
            Balance = _file.Optional("balance") is { } balance ? ReadBalance(balance) : null,
            Products = _file.Optional("products") is { } products ? ReadProducts(products) : null,
            Callback = _file.Optional("callback") is { } callback ? new CallbackReader(_mistakes, _signatures, _answers).Read(callback, _signature) : null,
            Timing = _timing.ReadTiming(_file, query?.Answer is { } answer && answer.Meanings.Contains(Meaning.NotFound)),
            Limits = _timing.ReadLimits(_file),
            Tests = _timing.ReadTests(_file),
        };
        _file.Close();
        if (submit is null)
        {
            return null;
        }

        new Risks(_mistakes, _file.Node).Check(definition);
        return definition;
    }

    private void CheckFormat()
    {
        var node = _file.Required("format", "Write \"format\": 1, the version of this kind of file.");
        if (node is not (null or { Kind: JsonValueKind.Number, Text: "1" }))
        {
            _mistakes.Add(node, $"This is {node.Describe}.", "Write \"format\": 1; there is no other version yet.");
        }
    }

    private Dictionary<string, string> ReadSecrets()
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in _file.Object("secrets")?.Node.Properties ?? [])
        {
            if (!SecretName().IsMatch(property.Name))
            {
                _mistakes.Add(property.Line, property.Path, $"\"{property.Name}\" cannot name a secret.", "Use letters, digits and underscores, and begin with a letter: \"appSecret\".");
            }

            secrets[property.Name] = property.Value.Kind == JsonValueKind.String ? property.Value.Text : "";
            if (property.Value.Kind != JsonValueKind.String)
            {
                _mistakes.Add(property.Value, $"This is {property.Value.Describe}.", "Write in words what it is; never the secret itself, which belongs in the settings.");
            }
            else if (LooksSecret().IsMatch(property.Value.Text))
            {
                // The text itself is not repeated: it may be one.
                _mistakes.Add(property.Line, property.Path, "This looks like the secret itself.", "Write in words what it is; the secret belongs in the settings, and nowhere else.");
            }
        }

        return secrets;
    }

    private TimeZoneInfo ReadZone()
    {
        const string Usual = "Asia/Shanghai";
        var name = _file.Text("timeZone");
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name ?? Usual, out var zone))
        {
            return zone;
        }

        if (name is not null)
        {
            _mistakes.Add(_file.Optional("timeZone")!, $"There is no time zone \"{name}\".", "Write it as \"Asia/Shanghai\" or \"UTC\".");
        }

        return TimeZoneInfo.CreateCustomTimeZone(Usual, TimeSpan.FromHours(8), Usual, Usual);
    }

    private OrderCall? ReadOrderCall(SourceNode node, IReadOnlyList<PlaceholderKind> allowed, AnswerKind kind)
    {
        var fields = new FieldReader(node, _mistakes);
        var request = _requests.Read(fields, allowed, _signature);
        var answerNode = fields.Required("answer", "Describe its answer: \"answer\": { \"code\": { \"path\": …, \"values\": [ … ] } }.");
        fields.Close();
        if (answerNode is null)
        {
            return null;
        }

        var answer = new FieldReader(answerNode, _mistakes);
        var call = new OrderCall(request, _answers.ReadHttpStatuses(answer), _answers.Read(answer, kind) with { Signed = _answers.ReadSigned(answer) });
        answer.Close();
        return call;
    }

    private BalanceCall? ReadBalance(SourceNode node)
    {
        var fields = new FieldReader(node, _mistakes);
        var request = _requests.Read(fields, Places.OfAnyRequest, _signature);
        var answer = fields.Required("answer", "Describe its answer: \"answer\": { \"amount\": { \"path\": …, \"unit\": \"yuan\" } }.") is { } found ? new FieldReader(found, _mistakes) : null;
        fields.Close();
        if (answer is null)
        {
            return null;
        }

        var (statuses, code) = (_answers.ReadHttpStatuses(answer), _answers.Values.Read(answer.Optional("code"), CallMeanings, textsOnly: false));
        var amount = _answers.Values.ReadMoney(answer.Required("amount", "Write where the balance stands: \"amount\": { \"path\": \"data.balance\", \"unit\": \"yuan\" }."));
        answer.Close();
        return amount is null ? null : new BalanceCall(request, statuses, code, amount);
    }

    private ProductsCall? ReadProducts(SourceNode node)
    {
        var fields = new FieldReader(node, _mistakes);
        var request = _requests.Read(fields, Places.OfProducts, _signature);
        var answer = fields.Required("answer", "Describe its answer: \"answer\": { \"list\": …, \"sku\": …, \"name\": … }.") is { } found ? new FieldReader(found, _mistakes) : null;
        fields.Close();
        if (answer is null)
        {
            return null;
        }

        var values = _answers.Values;
        var (statuses, code) = (_answers.ReadHttpStatuses(answer), values.Read(answer.Optional("code"), CallMeanings, textsOnly: false));
        var list = values.ReadPath(answer.Required("list", "Write where the list stands: \"list\": \"data.products\"."));
        var sku = values.ReadPath(answer.Required("sku", "Write where the product's code stands in an entry: \"sku\": \"id\"."));
        var name = values.ReadPath(answer.Required("name", "Write where the product's name stands in an entry: \"name\": \"title\"."));
        var nowhere = JsonPath.Parse("")!;
        var read = new ProductList
        {
            List = list ?? nowhere,
            Sku = sku ?? nowhere,
            Name = name ?? nowhere,
            Cost = values.ReadMoney(answer.Optional("cost")),
            FaceValue = values.ReadMoney(answer.Optional("faceValue")),
            OnShelf = values.Read(answer.Optional("onShelf"), CallMeanings, textsOnly: false),
        };
        answer.Close();
        return new ProductsCall(request, statuses, code, read);
    }

    [GeneratedRegex(@"^[A-Z]{3}\z")]
    private static partial Regex Currency();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_]{0,63}\z")]
    private static partial Regex SecretName();

    // Sixteen or more letters and digits in one piece, with both in it.
    [GeneratedRegex(@"^(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9+/=_\-]{16,}\z")]
    private static partial Regex LooksSecret();
}
