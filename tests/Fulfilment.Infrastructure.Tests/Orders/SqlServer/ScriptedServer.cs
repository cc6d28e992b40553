using System.Data;
using System.Security.Cryptography;
using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using Fulfilment.Infrastructure.Storage.SqlServer;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Orders.SqlServer;

/// <summary>
/// Answers the statements of intake as SQL Server would, for one SKU, one storefront and a stock that it keeps in memory: enough to see what intake sends and
/// what it makes of the answers, and no proof of the statements.
/// </summary>
internal sealed class ScriptedServer
{
    private const long FirstKey = 1_000;

    private readonly IdGenerator _ids;
    private readonly IntakeDecision _decision;
    private int _references;

    public ScriptedServer(int keys)
    {
        var time = new ManualTimeProvider();
        _ids = new IdGenerator(time);
        _ids.Use(new NodeLease(3, 0, time.GetUtcNow().AddYears(1).ToUnixTimeMilliseconds(), long.MaxValue));
        var seal = new TestShop.TestSeal();
        Calendar = new BusinessCalendar(time, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        _decision = new IntakeDecision(new CustodyChain(seal), seal, _ids, Calendar, time);
        Connection = new RecordingConnection(Answer);
        Sku = new Sku { Id = 11, Code = "VIP", Name = "VIP", Kind = SkuKind.CardKey, Currency = "CNY", Price = new Money(100_000), Routes = [new Route(RouteSource.Pool)], UpdatedAt = time.GetUtcNow() };
        Storefront = new Storefront { Id = 21, Code = "shop-1", Name = "Shop", Settlement = Settlement.Prepaid, HasEndpoints = true, UpdatedAt = time.GetUtcNow() };
        Stock = [.. Enumerable.Range(0, keys).Select(i => FirstKey + i)];
    }

    public BusinessCalendar Calendar { get; }

    public RecordingConnection Connection { get; }

    public Sku Sku { get; }

    public Storefront Storefront { get; }

    /// <summary>Keys that can be sold, by id.</summary>
    public SortedSet<long> Stock { get; }

    /// <summary>Orders that are stored already, by reference.</summary>
    public Dictionary<string, (long OrderId, byte[] Hash)> Stored { get; } = [];

    /// <summary>The order of this draft is stored by another node as soon as this one has read which are.</summary>
    public OrderDraft? StoredMeanwhile { get; set; }

    /// <summary>Keys that another node takes between being found in the table and being read.</summary>
    public HashSet<long> TakenMeanwhile { get; } = [];

    /// <summary>How many things were not as they had been read, when the group is written.</summary>
    public long Missed { get; set; }

    public OrderDraft Draft(int quantity, bool allowPartial = false, bool held = false) => new()
    {
        OrderId = _ids.Next(),
        Storefront = Storefront,
        ClientReference = $"A-{++_references}",
        ContentHash = SHA256.HashData(BitConverter.GetBytes(_references)),
        Currency = "CNY",
        Amount = Sku.Price * quantity,
        AllowPartial = allowPartial,
        Held = held,
        Campaign = "spring",
        Buyer = [1, 2, 3],
        BuyerReferenceHash = new byte[16],
        Metadata = new Dictionary<string, string> { ["table"] = "7" },
        ShowsCodes = true,
        Lines =
        [
            new DraftLine
            {
                Id = _ids.Next(), Sku = Sku, Quantity = quantity, UnitPrice = Sku.Price, SalePrice = new Money(1),
                Parts = [new DraftPart(Sku, [.. Enumerable.Range(0, quantity).Select(_ => _ids.Next())], Sku.Price, Calendar.Today)],
                Recipient = [4], RecipientHash = new byte[16], Inputs = [5], Metadata = new Dictionary<string, string> { ["seat"] = "b" },
            },
        ],
    };

    /// <summary>A bundle of two units that a person delivers.</summary>
    public OrderDraft Bundle()
    {
        var component = Sku with { Id = 12, Kind = SkuKind.Manual, Routes = [new Route(RouteSource.Manual)] };
        var bundle = Sku with { Id = 13, Kind = SkuKind.Bundle, Routes = [], Components = [new BundleComponent(component.Code, 2)] };
        var line = new DraftLine
        {
            Id = _ids.Next(), Sku = bundle, Quantity = 1, UnitPrice = bundle.Price,
            Parts = [new DraftPart(component, [_ids.Next(), _ids.Next()], new Money(bundle.Price.TenThousandths / 2), Calendar.Today)],
        };
        return new OrderDraft
        {
            OrderId = _ids.Next(), Storefront = Storefront, ClientReference = $"A-{++_references}", ContentHash = new byte[16], Currency = "CNY", Amount = bundle.Price, Lines = [line],
        };
    }

    /// <summary>Decides the drafts in one transaction; the pool guesses the given ids, in turn.</summary>
    public async Task<IntakeOutcome[]> PlaceAsync(IReadOnlyList<OrderDraft> drafts, params long[] guesses)
    {
        var claims = drafts.Select(draft => new OrderClaim(draft)).ToList();
        var next = new Queue<long>(guesses);
        foreach (var need in claims.SelectMany(claim => claim.Needs))
        {
            while (need.Candidates.Count < need.Count && next.TryDequeue(out var guess))
            {
                need.Candidates.Add(guess);
            }
        }

        return await _decision.DecideAsync(new SqlServerIntakeTransaction(Connection), drafts, claims);
    }

    private DataTable[] Answer(SentCommand sent) => sent.Text switch
    {
        SqlServerIntakeReader.Sql => Facts(sent),
        SqlServerStock.ReadSql => [Keys(Ids(sent, "ids"))],
        SqlServerIntakeReader.ReferencesSql => [References(sent)],
        SqlServerStock.FindSql => [Keys(Find(sent))],
        SqlServerIntakeWriter.Sql => [Table([("missed", typeof(long))], [Missed])],
        _ => throw new InvalidOperationException($"Nobody expects {sent.Text}"),
    };

    private DataTable References(SentCommand sent)
    {
        using var references = JsonDocument.Parse((string)sent.Parameters["references"]!);
        var stored = references.RootElement.EnumerateArray()
            .Where(row => Stored.ContainsKey(row.GetProperty("client_reference").GetString()!))
            .Select(row => (Number: row.GetProperty("number").GetInt64(), Order: Stored[row.GetProperty("client_reference").GetString()!]))
            .Select(row => new object?[] { row.Number, row.Order.OrderId, row.Order.Hash });
        return Table([("Number", typeof(long)), ("OrderId", typeof(long)), ("ContentHash", typeof(byte[]))], [.. stored]);
    }

    private DataTable[] Facts(SentCommand sent)
    {
        var references = References(sent);
        if (StoredMeanwhile is { } draft)
        {
            Stored.Add(draft.ClientReference, (draft.OrderId, draft.ContentHash));
        }

        return
        [
            references,
            Table(
                [("StorefrontId", typeof(long)), ("Currency", typeof(string)), ("Balance", typeof(long)), ("Held", typeof(long))],
                [Storefront.Id, "CNY", 1_000_000_000L, 0L]),
            Table([("Id", typeof(long)), ("Settlement", typeof(long)), ("CreditLimit", typeof(long))], [Storefront.Id, (long)Storefront.Settlement, null]),
            Table([("Entries", typeof(long)), ("Root", typeof(byte[])), ("Seal", typeof(byte[]))]),
        ];
    }

    private List<long> Find(SentCommand sent)
    {
        using var needs = JsonDocument.Parse((string)sent.Parameters["needs"]!);
        var wanted = needs.RootElement.EnumerateArray().Sum(need => need.GetProperty("wanted").GetInt32());
        List<long> found = [.. Stock.Except(Ids(sent, "ids")).Take(wanted)];
        Stock.ExceptWith(TakenMeanwhile);
        return found;
    }

    private DataTable Keys(IEnumerable<long> ids) => Table(
        [
            ("Id", typeof(long)), ("SkuId", typeof(long)), ("BatchId", typeof(long)), ("ExpiresOn", typeof(long)), ("Fingerprint", typeof(byte[])),
            ("Code", typeof(byte[])), ("State", typeof(long)), ("UnitCost", typeof(long)), ("Currency", typeof(string)), ("Terms", typeof(long)),
            ("BatchStatus", typeof(long)), ("Frozen", typeof(long)), ("Sequence", typeof(long)), ("LastState", typeof(long)), ("LastAt", typeof(long)),
            ("LastUnitId", typeof(long)), ("LastSeal", typeof(byte[])),
        ],
        [
            .. ids.Select(id => new object?[]
            {
                id, Sku.Id, 31L, Calendar.Today + 90L, new byte[16], new byte[] { 9 }, (long)(Stock.Contains(id) ? CardKeyState.Available : CardKeyState.Delivered),
                60_000L, "CNY", (long)BatchTerms.Purchased, (long)BatchStatus.Completed, 0L, null, null, null, null, null,
            }),
        ]);

    private static List<long> Ids(SentCommand sent, string parameter)
    {
        using var ids = JsonDocument.Parse((string)sent.Parameters[parameter]!);
        return [.. ids.RootElement.EnumerateArray().Select(row => row.GetProperty("id").GetInt64())];
    }

    private static DataTable Table((string Name, Type Type)[] columns, params object?[][] rows)
    {
        var table = new DataTable();
        foreach (var (name, type) in columns)
        {
            table.Columns.Add(name, type);
        }

        foreach (var row in rows)
        {
            table.Rows.Add(row);
        }

        return table;
    }
}
