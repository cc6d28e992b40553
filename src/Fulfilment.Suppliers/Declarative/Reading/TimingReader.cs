using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Reads when a supplier is asked, how much it bears, and what its test host plays.</summary>
internal sealed class TimingReader(Mistakes mistakes)
{
    private const decimal UsualGraceMinutes = 10;

    private static readonly Dictionary<string, TestOutcome> Outcomes = Enum.GetValues<TestOutcome>()
        .ToDictionary(outcome => char.ToLowerInvariant(outcome.ToString()[0]) + outcome.ToString()[1..]);

    /// <param name="definition">The file.</param>
    /// <param name="believesNotFound">Whether a query may say that there is no such order.</param>
    public SupplierTiming ReadTiming(FieldReader definition, bool believesNotFound)
    {
        var fields = definition.Object("timing");
        var grace = fields?.Number("notFoundGraceMinutes", 0, 24 * 60, fractions: true);
        var timing = new SupplierTiming(
            TimeSpan.FromSeconds((double)(fields?.Number("timeoutSeconds", 0.1m, 300, fractions: true) ?? 30)),
            TimeSpan.FromSeconds((double)(fields?.Number("firstQueryAfterSeconds", 0, 86_400, fractions: true) ?? 10)),
            TimeSpan.FromSeconds((double)(fields?.Number("queryIntervalSeconds", 0.1m, 86_400, fractions: true) ?? 60)),
            TimeSpan.FromHours((double)(fields?.Number("queryWindowHours", 0.01m, 24 * 366, fractions: true) ?? 72)),
            TimeSpan.FromMinutes((double)(grace ?? UsualGraceMinutes)));
        fields?.Close();
        if (believesNotFound && grace is null)
        {
            mistakes.Warn(definition.Node, "Queries can say that there is no such order, but \"timing\" has no \"notFoundGraceMinutes\"; 10 minutes are taken.", "Ask the supplier how long an order may take to appear, and write it down.");
        }
        else if (believesNotFound && grace < UsualGraceMinutes)
        {
            mistakes.Warn(
                fields!.Node.Find("notFoundGraceMinutes")!,
                "\"No such order\" is believed after less than 10 minutes. An order that appears later is then served by two suppliers.",
                "Write 10 or more, unless the supplier assures you of less.");
        }

        if (timing.FirstQueryAfter > timing.QueryWindow)
        {
            mistakes.Add(definition.Node, "The first query comes after the time in which queries are answered.", "Make \"firstQueryAfterSeconds\" shorter than \"queryWindowHours\".");
        }

        return timing;
    }

    public LimitsDefinition ReadLimits(FieldReader definition)
    {
        var fields = definition.Object("limits");
        var limits = new LimitsDefinition(fields?.Whole("concurrency", 1, 1_000), fields?.Whole("perSecond", 1, 10_000));
        fields?.Close();
        return limits;
    }

    public TestHost? ReadTests(FieldReader definition)
    {
        if (definition.Object("tests") is not { } fields)
        {
            return null;
        }

        var address = ReadAddress(fields, warnOfHttp: false);
        var cases = new List<TestCase>();
        foreach (var item in fields.Items("cases", "Write a list: [ { \"outcome\": \"issued\", \"supplierSku\": \"TEST-1\", \"recipient\": \"13800000000\" } ]."))
        {
            var inner = new FieldReader(item, mistakes);
            inner.Required("outcome", $"Write what it plays: {NearMiss.List(Outcomes.Keys)}.");
            var (outcome, then) = (inner.Choice("outcome", Outcomes), inner.Choice("then", Outcomes));
            var sku = inner.RequiredText("supplierSku", "Write the product's code at the test host.");
            var recipient = inner.Text("recipient");
            var inputs = inner.Object("inputs") is { } given ? given.Node.Properties.ToDictionary(property => property.Name, property => given.TextOf(property.Value) ?? "") : [];
            inner.Close();
            if (outcome is not null && sku is not null)
            {
                cases.Add(new TestCase(outcome.Value, then, sku, recipient, inputs));
            }
        }

        fields.Close();
        return new TestHost(address, cases);
    }

    /// <summary>The field <c>baseUrl</c>.</summary>
    public Uri? ReadAddress(FieldReader fields, bool warnOfHttp)
    {
        var node = fields.Optional("baseUrl");
        if (fields.TextOf(node) is not { } text)
        {
            return null;
        }

        if (BaseAddress.Parse(text) is not { } address)
        {
            mistakes.Add(node!, $"\"{text}\" is no address that paths can be put behind.", "Write \"https://\", the host's name, and what every path begins with, if anything: \"https://api.supplier.example/v2\".");
            return null;
        }

        if (warnOfHttp && address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback)
        {
            mistakes.Warn(node!, "The address begins with http://: whoever is on the way can read codes and recipients.", "Write https:// if the supplier can, and ask for it if not.");
        }

        return address;
    }
}
