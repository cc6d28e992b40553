using System.Text.Json.Nodes;
using Fulfilment.Host.Tests.Docs;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;
using Fulfilment.Suppliers.Declarative.Reading;
using SupplierSimulator;
using SupplierSimulator.Faults;
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

    /// <summary>Whether it can be asked only about orders whose number it has told.</summary>
    public bool IsAskedByReceipt => Definition.Query?.Request.Uses(PlaceholderKind.Receipt) == true;

    /// <summary>Whether it can play a fault at all.</summary>
    public bool Plays(Fault fault) => Definition.Callback is not null || !SupplierSimulator.Faults.Plays.NeedsCallbacks(fault);

    /// <summary>Every fault that it can play, mixed at random, so many of a hundred orders going well.</summary>
    public FaultRule Mixed(int wellPercent, params Fault[] without) =>
        FaultRule.Mixed("", wellPercent, [.. Enum.GetValues<Fault>().Where(fault => fault != Fault.None && Plays(fault) && !without.Contains(fault))]);

    /// <param name="file">One of <see cref="Files"/>.</param>
    /// <param name="settings">Of the simulator.</param>
    /// <param name="timing">What the definition says in milliseconds, shortened: a test has no minutes.</param>
    public static async Task<ExampleSupplier> StartAsync(string file, SimulatorSettings settings, ExampleTiming? timing = null)
    {
        var definition = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!.AsObject();
        (timing ?? new ExampleTiming()).Apply(definition);
        var read = Read(definition.ToJsonString());
        var secrets = MakeSecrets(read);
        var code = CodeOf(file);
        var simulator = await Simulator.StartAsync(settings, new DeclaredWords(read, secrets), TimeProvider.System, TestContext.Current.CancellationToken);
        return new ExampleSupplier(code, definition, read, secrets, simulator);
    }

    /// <summary>Every example, with the waits of a test.</summary>
    /// <param name="host">Where callbacks go.</param>
    /// <param name="seed">Draws the faults.</param>
    /// <param name="rules">What goes wrong at each.</param>
    public static async Task<IReadOnlyList<ExampleSupplier>> StartAllAsync(Uri host, int seed, Func<ExampleSupplier, IReadOnlyList<FaultRule>> rules)
    {
        var suppliers = new List<ExampleSupplier>();
        foreach (var file in Files)
        {
            var supplier = await StartAsync(file, new SimulatorSettings
            {
                Name = $"M{suppliers.Count}",
                Times = new SimulatorTimes
                {
                    Processing = TimeSpan.FromSeconds(1),

                    // Longer than the time-out, so that a query is told "no such order", and within the grace.
                    Hidden = TimeSpan.FromSeconds(4),
                    LateCallback = TimeSpan.FromSeconds(2),
                    CallbackRetry = TimeSpan.FromMilliseconds(200),
                },
                TopUps = ["T"],

                // For longer than a host that was killed takes to be back.
                CallbackTries = 600,

                // Far less than the engine keeps: what lies between its questions is seen here by when they are read, and on a busy machine one may be read late.
                QueryInterval = TimeSpan.FromSeconds(0.1),
                CallbackUrl = new Uri(host, $"/v1/suppliers/{CodeOf(file)}/callbacks").ToString(),
            });
            supplier.Simulator.Plan = new FaultPlan(seed + suppliers.Count, rules(supplier));
            suppliers.Add(supplier);
        }

        return suppliers;
    }

    /// <summary>What we call the supplier of a file.</summary>
    public static string CodeOf(string file) => Path.GetFileNameWithoutExtension(file);

    /// <summary>The body of POST /v1/admin/suppliers.</summary>
    /// <param name="host">Where callbacks go.</param>
    /// <param name="limits">JSON.</param>
    /// <param name="at">Where we reach the supplier; null: directly.</param>
    public string Body(Uri host, string limits, Uri? at = null) => new JsonObject
    {
        ["code"] = Code,
        ["name"] = Definition.Name,
        ["adapter"] = "declarative",
        ["settings"] = Settings(host, limits, at ?? Simulator.Address),
    }.ToJsonString();

    private JsonObject Settings(Uri host, string limits, Uri at) => new()
    {
        ["definition"] = _definition.DeepClone(),
        ["baseUrl"] = at.ToString().TrimEnd('/'),
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
internal sealed record ExampleTiming(double TimeoutSeconds = 2, double FirstQueryAfterSeconds = 0.3, double QueryIntervalSeconds = 0.5, double NotFoundGraceSeconds = 2)
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
