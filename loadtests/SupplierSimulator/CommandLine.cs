using System.CommandLine;
using System.Globalization;
using Fulfilment.Core;
using SupplierSimulator.Faults;

namespace SupplierSimulator;

/// <summary>The simulator's usage, and its settings as the command line has them.</summary>
internal sealed class CommandLine
{
    private readonly Argument<FileInfo> _file = new("FILE") { Description = "The definition of the supplier to play, as the engine uses it." };
    private readonly Option<int> _port = new("--port") { Description = "Where to listen on 127.0.0.1; 0: wherever there is room.", DefaultValueFactory = _ => 7070 };
    private readonly Option<string[]> _secrets = new("--secret") { Description = "A secret of the definition, as NAME=TEXT; once for each.", HelpName = "NAME=TEXT" };
    private readonly Option<string[]> _faults = new("--fault")
    {
        Description = $"What goes wrong: fault or fault:weight, separated by commas; with PREFIX= for products whose code begins so. Once for each prefix. Faults: {FaultText.Names}",
        HelpName = "[PREFIX=]FAULT[:WEIGHT],…",
    };

    private readonly Option<int?> _seed = new("--seed") { Description = "Draws the faults and makes the codes; default: another one each time, which is printed.", HelpName = "N" };
    private readonly Option<string[]> _topUps = new("--top-up") { Description = "Products whose code begins so are top-ups: a receipt and no code.", HelpName = "PREFIX" };
    private readonly Option<string> _price = new("--price") { Description = "Of a product that is not listed by PUT /_products.", DefaultValueFactory = _ => "10.00" };
    private readonly Option<string> _balance = new("--balance") { Description = "The customer's money.", DefaultValueFactory = _ => "10000000.00" };
    private readonly Option<string?> _callbackUrl = new("--callback-url") { Description = "Where callbacks go whose submission did not say.", HelpName = "URL" };
    private readonly Option<bool> _refuseRepeats = new("--refuse-repeats") { Description = "Answers a number that is submitted again with \"duplicate number\" and not with the order." };
    private readonly Option<int?> _perSecond = new("--per-second") { Description = "More submissions in a second are refused as too frequent.", HelpName = "N" };
    private readonly Option<double> _queryInterval = Seconds("--query-interval", "Queries of one order that come sooner are counted in /_truth.", 0);
    private readonly Option<double> _answer = Seconds("--answer", "How long every answer takes.", 0);
    private readonly Option<double> _slow = Seconds("--slow", "How long an answer takes that is slow.", 0.3);
    private readonly Option<double> _processing = Seconds("--processing", "How long an order is under way.", 2);
    private readonly Option<double> _hidden = Seconds("--hidden", "How long an order is there and queries do not find it.", 2);
    private readonly Option<double> _late = Seconds("--late-callback", "How long after the end a late callback comes.", 5);
    private readonly Option<double> _silence = Seconds("--silence", "How long an answer that never comes keeps its connection open.", 300);

    public RootCommand Root(Func<FileInfo, IReadOnlyDictionary<string, string>, SimulatorSettings, CancellationToken, Task<int>> runAsync)
    {
        var root = new RootCommand("""
            Plays a supplier: reads requests where its definition puts things, answers and calls back in its words, and does wrong what it is told to.
            GET /_truth shows what arrived, what was issued and charged; PUT /_faults, /_products and /_balance change things while it runs.
            """)
        {
            _file, _port, _secrets, _faults, _seed, _topUps, _price, _balance, _callbackUrl, _refuseRepeats, _perSecond, _queryInterval,
            _answer, _slow, _processing, _hidden, _late, _silence,
        };
        root.SetAction((parsed, cancellation) => runAsync(parsed.GetRequiredValue(_file), Secrets(parsed), Settings(parsed), cancellation));
        return root;
    }

    private SimulatorSettings Settings(ParseResult parsed) => new()
    {
        Port = parsed.GetValue(_port),
        Plan = new FaultPlan(parsed.GetValue(_seed) ?? Environment.TickCount, [.. (parsed.GetValue(_faults) ?? []).Select(Rule)]),
        TopUps = parsed.GetValue(_topUps) ?? [],
        Price = Amount(parsed.GetValue(_price), "--price"),
        Balance = Amount(parsed.GetValue(_balance), "--balance"),
        CallbackUrl = parsed.GetValue(_callbackUrl),
        RefuseRepeats = parsed.GetValue(_refuseRepeats),
        SubmitsPerSecond = parsed.GetValue(_perSecond),
        QueryInterval = Span(parsed, _queryInterval),
        Times = new SimulatorTimes
        {
            Answer = Span(parsed, _answer),
            Slow = Span(parsed, _slow),
            Processing = Span(parsed, _processing),
            Hidden = Span(parsed, _hidden),
            LateCallback = Span(parsed, _late),
            Silence = Span(parsed, _silence),
        },
    };

    private static Option<double> Seconds(string name, string description, double normally) =>
        new(name) { Description = $"{description} In seconds.", HelpName = "SECONDS", DefaultValueFactory = _ => normally };

    private static TimeSpan Span(ParseResult parsed, Option<double> option) => parsed.GetValue(option) is var seconds and >= 0 and <= 86_400
        ? TimeSpan.FromSeconds(seconds)
        : throw new UsageException($"{option.Name} is a number of seconds, at most a day.");

    private Dictionary<string, string> Secrets(ParseResult parsed) => (parsed.GetValue(_secrets) ?? [])
        .Select(pair => pair.Split('=', 2) is [var name, var text] ? (name, text) : throw new UsageException($"--secret is written NAME=TEXT; \"{pair}\" has no \"=\"."))
        .ToDictionary(pair => pair.name, pair => pair.text, StringComparer.Ordinal);

    private static FaultRule Rule(string text) => FaultText.Parse(text, out var wrong) ?? throw new UsageException(wrong!);

    private static Money Amount(string? text, string option) => Money.TryParse(text, out var money)
        ? money
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option} is an amount such as 10.00; \"{text}\" is none."));
}

/// <summary>What somebody typed cannot be used; the message says why.</summary>
internal sealed class UsageException(string message) : Exception(message);
