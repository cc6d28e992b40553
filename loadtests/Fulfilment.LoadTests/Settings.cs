using System.Globalization;
using Fulfilment.LoadTests.Scenarios;

namespace Fulfilment.LoadTests;

/// <summary>What to measure.</summary>
/// <param name="Scenarios">In this order.</param>
/// <param name="Runs">Interleaved runs of each thing compared; medians are reported.</param>
/// <param name="Seconds">Length of one run.</param>
/// <param name="Rows">Codes of the import.</param>
/// <param name="LargeStock">Codes of the large stock.</param>
/// <param name="Orders">Orders of the search.</param>
/// <param name="Requests">How often the search sends each kind of request.</param>
/// <param name="History">Finished units of the history.</param>
/// <param name="Save">Whether to keep the table under loadtests/results.</param>
internal sealed record Settings(IReadOnlyList<IScenario> Scenarios, int Runs, int Seconds, long Rows, long LargeStock, long Orders, int Requests, long History, bool Save)
{
    public const string Usage = """
        Usage: eng/bench [intake] [import] [stock] [recall] [redis] [claims] [supply] [webhooks] [history] [idle] [search] [--quick] [--runs N] [--seconds N] [--rows N] [--large N] [--orders N] [--units N] [--no-save]
          intake   orders a second against the parse-only endpoint and the plain implementation, latency at half the peak
          import   codes a second against the sqlite3 shell, alone and beside orders
          stock    cost of a claim, start-up and memory with a small and a large stock
          recall   latency of orders at half their peak while the batch they are served from is recalled (--rows codes)
          redis    orders a second with the pool in Redis against the pool in process
          claims   claims of 64 ids with 50 in flight against redis-benchmark sending the same script
          supply   units a second from a supplier that takes 300 ms, and latency of orders from the pool beside it
          webhooks webhooks a second to a local receiver beside orders at half their peak
          history  a look of the worker and the sweeps with a million finished units against none (--units)
          idle     processor and disk of a host that nobody asks anything
          search   every list by every filter, the search for a person and account movements with 10 million orders; about 10 GB of disk, named only
        Without a name all but search are run. --quick measures little and says so by writing nothing.
        """;

    private const string Search = "search";

    private static readonly Dictionary<string, IScenario> All = new()
    {
        ["intake"] = new IntakeScenario(),
        ["import"] = new ImportScenario(),
        ["stock"] = new StockScenario(),
        ["recall"] = new RecallScenario(),
        ["redis"] = new RedisIntakeScenario(),
        ["claims"] = new RedisClaimScenario(),
        ["supply"] = new SupplyScenario(),
        ["webhooks"] = new WebhooksScenario(),
        ["history"] = new HistoryScenario(),
        ["idle"] = new IdleScenario(),
        [Search] = new SearchScenario(),
    };

    public static Settings? Parse(IReadOnlyList<string> args)
    {
        var settings = new Settings([], Runs: 5, Seconds: 6, Rows: 1_000_000, LargeStock: 5_000_000, Orders: 10_000_000, Requests: 20, History: 1_000_000, Save: true);
        var scenarios = new List<IScenario>();
        for (var i = 0; i < args.Count; i++)
        {
            if (All.TryGetValue(args[i], out var scenario))
            {
                scenarios.Add(scenario);
            }
            else if (args[i] == "--quick")
            {
                settings = settings with { Runs = 2, Seconds = 2, Rows = 100_000, LargeStock = 200_000, Orders = 1_000_000, Requests = 5, History = 100_000, Save = false };
            }
            else if (args[i] == "--no-save")
            {
                settings = settings with { Save = false };
            }
            else if (i + 1 < args.Count && long.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                if (Set(settings, args[i++], number) is not { } changed)
                {
                    return null;
                }

                settings = changed;
            }
            else
            {
                return null;
            }
        }

        return settings with { Scenarios = scenarios.Count > 0 ? scenarios : [.. All.Where(scenario => scenario.Key != Search).Select(scenario => scenario.Value)] };
    }

    private static Settings? Set(Settings settings, string option, long number) => option switch
    {
        "--runs" => settings with { Runs = (int)number },
        "--seconds" => settings with { Seconds = (int)number },
        "--rows" => settings with { Rows = number },
        "--large" => settings with { LargeStock = number },
        "--orders" => settings with { Orders = number },
        "--units" => settings with { History = number },
        _ => null,
    };
}
