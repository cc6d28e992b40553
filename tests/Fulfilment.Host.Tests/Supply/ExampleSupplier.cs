using System.Text.Json.Nodes;
using Fulfilment.Host.Tests.Docs;
using Fulfilment.Suppliers.Declarative.Model;
using Fulfilment.Suppliers.Declarative.Reading;
using SupplierSimulator;
using SupplierSimulator.Wire;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>One of the definitions in docs/suppliers with the times of a test, and a simulator that plays it over real HTTP.</summary>
internal sealed class ExampleSupplier : IAsyncDisposable
{
    private readonly JsonObject _definition;

    private ExampleSupplier(string code, JsonObject definition, SupplierDefinition read, Dictionary<string, string> secrets, Simulator simulator) =>
        (Code, _definition, Definition, Secrets, Simulator) = (code, definition, read, secrets, simulator);

    /// <summary>The examples' files.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs", "suppliers"), "*.json").Order(StringComparer.Ordinal)];

    /// <summary>Ours for the supplier.</summary>
    public string Code { get; }

    public SupplierDefinition Definition { get; }

    public Simulator Simulator { get; }

    public IReadOnlyDictionary<string, string> Secrets { get; }

    /// <summary>Whether it tells codes, and not only receipts.</summary>
    public bool HasCodes => Definition.Submit.Answer.Cards is not null || Definition.Query?.Answer.Cards is not null;

    /// <param name="file">One of <see cref="Files"/>.</param>
    /// <param name="settings">Of the simulator.</param>
    /// <param name="timing">What the definition says in milliseconds, shortened: a test has no minutes.</param>
    public static async Task<ExampleSupplier> StartAsync(string file, SimulatorSettings settings, ExampleTiming? timing = null)
    {
        var definition = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!.AsObject();
        (timing ?? new ExampleTiming()).Apply(definition);
        var read = Read(definition.ToJsonString());
        var secrets = MakeSecrets(read);
        var code = Path.GetFileNameWithoutExtension(file);
        var simulator = await Simulator.StartAsync(settings, new DeclaredWords(read, secrets), TimeProvider.System, TestContext.Current.CancellationToken);
        return new ExampleSupplier(code, definition, read, secrets, simulator);
    }

    /// <summary>The body of POST /v1/admin/suppliers.</summary>
    /// <param name="host">Where callbacks go.</param>
    /// <param name="limits">JSON.</param>
    public string Body(Uri host, string limits) => new JsonObject
    {
        ["code"] = Code,
        ["name"] = Definition.Name,
        ["adapter"] = "declarative",
        ["settings"] = Settings(host, limits),
    }.ToJsonString();

    /// <summary>The body of PATCH /v1/admin/suppliers/{code} for another address of ours.</summary>
    public JsonObject Settings(Uri host, string limits) => new()
    {
        ["definition"] = _definition.DeepClone(),
        ["baseUrl"] = Simulator.Address.ToString().TrimEnd('/'),
        ["callbackUrl"] = new Uri(host, $"/v1/suppliers/{Code}/callbacks").ToString(),
        ["secrets"] = new JsonObject([.. Secrets.Select(secret => KeyValuePair.Create(secret.Key, (JsonNode?)secret.Value))]),
        ["limits"] = JsonNode.Parse(limits),
    };

    public ValueTask DisposeAsync() => Simulator.DisposeAsync();

    private static SupplierDefinition Read(string json)
    {
        var read = DefinitionReader.Read(System.Text.Encoding.UTF8.GetBytes(json));
        return read.Definition ?? throw new InvalidOperationException(string.Join('\n', read.Mistakes));
    }

    private static Dictionary<string, string> MakeSecrets(SupplierDefinition definition) =>
        definition.Secrets.ToDictionary(
            secret => secret.Key,
            secret => $"{secret.Key}-0123456789abcdef0123456789abcdef"[..(secret.Value.Contains("16 characters", StringComparison.Ordinal) ? 16 : 32)], StringComparer.Ordinal);
}

/// <summary>How long the engine waits for a supplier in a test.</summary>
internal sealed record ExampleTiming(double TimeoutSeconds = 1, double FirstQueryAfterSeconds = 0.3, double QueryIntervalSeconds = 0.5, double NotFoundGraceSeconds = 2)
{
    public void Apply(JsonObject definition)
    {
        var timing = definition["timing"] as JsonObject ?? [];
        timing["timeoutSeconds"] = TimeoutSeconds;
        timing["firstQueryAfterSeconds"] = FirstQueryAfterSeconds;
        timing["queryIntervalSeconds"] = QueryIntervalSeconds;
        timing["notFoundGraceMinutes"] = NotFoundGraceSeconds / 60;
        definition["timing"] = timing;
        definition.Remove("limits");
    }
}
