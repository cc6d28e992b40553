using Fulfilment.Core.Orders;
using Fulfilment.Core.Privacy;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Tests.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Privacy;

public sealed class EraseAfterTermTests
{
    private const string Holding = "recipient IS NOT NULL OR recipient_hash IS NOT NULL OR inputs IS NOT NULL";

    [Fact]
    public async Task Orders_LoseThePerson_OnceTheirTermIsOver_AndNotBefore()
    {
        await using var engine = await OpenAsync();
        for (var i = 0; i < 450; i++)
        {
            await PlaceAsync(engine, $"old-{i}", 1);
        }

        engine.Time.Stall(TimeSpan.FromDays(20));
        await PlaceAsync(engine, "new", 1);
        var erase = Eraser(engine, days: 30);
        engine.Time.Stall(TimeSpan.FromDays(9));
        Assert.Equal(0, await erase.RunAsync(CancellationToken.None));

        engine.Time.Stall(TimeSpan.FromDays(2));
        Assert.Equal(450, await erase.RunAsync(CancellationToken.None));
        Assert.Equal(0, await erase.RunAsync(CancellationToken.None));

        Assert.Equal(1, await engine.CountAsync("order_lines", Holding));
        Assert.Equal(1, await engine.CountAsync("orders", "buyer IS NOT NULL OR buyer_reference_hash IS NOT NULL"));
        Assert.Equal(451, await engine.CountAsync("units", "state = 20"));
        Assert.Equal(1, await engine.CountAsync("audit_entries", "action = 'privacy.termEnded' AND after LIKE '%2026-03-02%'"));
    }

    // A held order is passed by, because its data is needed still; it must not be forgotten.
    [Fact]
    public async Task OrderClosedLater_IsComeBackTo()
    {
        await using var engine = await OpenAsync();
        var held = Accepted(await PlaceAsync(engine, "held", 3)).Draft.OrderId;
        await PlaceAsync(engine, "closed", 1);
        var erase = Eraser(engine, days: 5);
        engine.Time.Stall(TimeSpan.FromDays(6));
        Assert.Equal(1, await erase.RunAsync(CancellationToken.None));
        Assert.Equal(1, await engine.CountAsync("order_lines", Holding));

        Assert.Null(await engine.Held.ReleaseAsync(held, Operator));
        Assert.Equal(0, await erase.RunAsync(CancellationToken.None));
        engine.Time.Stall(TimeSpan.FromDays(6));

        Assert.Equal(1, await erase.RunAsync(CancellationToken.None));
        Assert.Equal(0, await engine.CountAsync("order_lines", Holding));
        Assert.Equal(0, await engine.CountAsync("retention_later"));
    }

    [Fact]
    public async Task StoppedRun_GoesOnWhereItWas()
    {
        await using var engine = await OpenAsync();
        for (var i = 0; i < 450; i++)
        {
            await PlaceAsync(engine, $"A-{i}", 1);
        }

        engine.Time.Stall(TimeSpan.FromDays(10));
        var store = engine.Storage.PersonalDataStore();
        var piece = await store.EraseClosedBeforeAsync(engine.Time.GetUtcNow().AddDays(-1), 0, null);

        Assert.Equal((200, false), (piece.Erased, piece.IsLast));
        Assert.Equal(250, await Eraser(engine, days: 1).RunAsync(CancellationToken.None));
    }

    [Fact]
    public async Task WithoutATerm_NothingIsErased()
    {
        await using var engine = await OpenAsync();
        await PlaceAsync(engine, "A-1", 1);
        engine.Time.Stall(TimeSpan.FromDays(300));

        Assert.Equal(0, await Eraser(engine, days: null).RunAsync(CancellationToken.None));
        Assert.Equal(1, await engine.CountAsync("order_lines", Holding));
    }

    // Free space in pages keeps what stood there unless it is overwritten; so does the log. Where a page was split SQLite leaves the odd copy all the same;
    // without overwriting it would be hundreds.
    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task ErasedData_IsNotInTheFiles_ButForTheOddCopyOfASplitPage_WhichAVacuumRemoves()
    {
        await using var engine = await OpenAsync();
        for (var i = 0; i < 300; i++)
        {
            await PlaceAsync(engine, $"A-{i}", 1 + (i % 2));
        }

        var stored = await engine.Storage.Database.ReadAsync(async connection => (await Dapper.SqlMapper.QueryAsync<byte[]>(connection, """
            SELECT recipient FROM order_lines UNION ALL SELECT recipient_hash FROM order_lines UNION ALL SELECT inputs FROM order_lines WHERE inputs IS NOT NULL
            UNION ALL SELECT buyer FROM orders UNION ALL SELECT buyer_reference_hash FROM orders
            """)).ToList(), TestContext.Current.CancellationToken);
        await engine.Storage.Sqlite.CheckpointAsync();
        Assert.NotEmpty(FilesHolding(engine, stored));
        engine.Time.Stall(TimeSpan.FromDays(10));

        Assert.Equal(300, await Eraser(engine, days: 1).RunAsync(CancellationToken.None));

        Assert.Equal(0, await engine.CountAsync("order_lines", Holding));
        Assert.InRange(FilesHolding(engine, stored).Count, 0, stored.Count / 100);

        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(engine.Storage.Folder, SqliteDatabase.FileName)};Pooling=False"))
        {
            Dapper.SqlMapper.Execute(connection, "VACUUM");
        }

        await engine.Storage.Sqlite.CheckpointAsync();
        Assert.Empty(FilesHolding(engine, stored));
    }

    private static List<string> FilesHolding(OrderEngine engine, List<byte[]> stored)
    {
        var files = Directory.EnumerateFiles(engine.Storage.Folder).Where(file => Path.GetFileName(file).StartsWith("fulfilment.db", StringComparison.Ordinal)).ToList();
        var contents = files.ConvertAll(File.ReadAllBytes);
        return [.. stored.SelectMany((value, i) => files.Where((_, file) => contents[file].AsSpan().IndexOf(value) >= 0).Select(file => $"{i} in {Path.GetFileName(file)}"))];
    }

    private static async Task<OrderEngine> OpenAsync()
    {
        var engine = await StartAsync();
        await engine.AddStorefrontAsync(Shop, shop => shop with { HoldAbove = Cny(25) });
        await engine.AddBatchAsync(await engine.AddSkuAsync(change: sku => sku with { Inputs = [new Core.Catalogue.SkuInput("server", false, null)] }), 700);
        return engine;
    }

    private static ValueTask<IntakeOutcome> PlaceAsync(OrderEngine engine, string reference, int quantity) => engine.PlaceAsync(new OrderRequest
    {
        ClientReference = reference,
        Currency = "CNY",
        Lines = [new OrderLineRequest { Sku = "VIP", Quantity = quantity, Recipient = $"138{reference}", Inputs = new Dictionary<string, string> { ["server"] = reference } }],
        Buyer = new BuyerRequest { Reference = $"buyer-{reference}", Contact = $"{reference}@example.com" },
    });

    private static EraseAfterTerm Eraser(OrderEngine engine, int? days) =>
        new(engine.Storage.PersonalDataStore(), new RetentionOptions(days), engine.Ids, engine.Time);
}
