using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Every business refusal of API.md, in its order of precedence.</summary>
public sealed class RefusalTests
{
    // In API.md's order. Each line is refused for one reason only.
    private static readonly (RefusalCode Code, string Param, OrderLineRequest Line)[] Faults =
    [
        (RefusalCode.UnknownSku, "sku", Line("nothing")),
        (RefusalCode.SkuOffShelf, "sku", Line("OFF")),
        (RefusalCode.QuantityOutOfRange, "quantity", Line("FEW") with { Quantity = 4 }),
        (RefusalCode.RecipientRequired, "recipient", Line("WHO")),
        (RefusalCode.RecipientNotAllowed, "recipient", Line("NOBODY") with { Recipient = "13800000000" }),
        (RefusalCode.RecipientInvalid, "recipient", Line("WHO") with { Recipient = "x13800000000" }),
        (RefusalCode.InputInvalid, "inputs/server", Line("INPUT")),
        (RefusalCode.CurrencyMismatch, "sku", Line("USD")),
        (RefusalCode.RouteNotAvailable, "sku", Line("NOWHERE")),
        (RefusalCode.PriceChanged, "maxUnitPrice", Line("VIP") with { MaxUnitPrice = new Money(99_999) }),
    ];

    [Fact]
    public async Task EachFault_HasItsCodeAndField()
    {
        await using var engine = await WithFaultsAsync();
        foreach (var (code, param, line) in Faults)
        {
            var refusal = Assert.IsType<IntakeOutcome.Refused>(await engine.PlaceAsync(Request("A-1") with { Lines = [Line("VIP"), line] })).Refusal;

            Assert.Equal((code, $"/lines/1/{param}"), (refusal.Code, refusal.Param));
        }

        Assert.Equal(0, await engine.CountAsync("orders"));
    }

    [Fact]
    public async Task OverSeveralLines_TheFaultThatTheContractListsFirst_Wins()
    {
        await using var engine = await WithFaultsAsync();
        for (var first = 0; first < Faults.Length; first++)
        {
            for (var second = first + 1; second < Faults.Length; second++)
            {
                var (one, two) = (Faults[first], Faults[second]);
                Assert.Equal(one.Code, Refused(await engine.PlaceAsync(Request("A-1") with { Lines = [one.Line, two.Line] })));
                Assert.Equal(one.Code, Refused(await engine.PlaceAsync(Request("A-1") with { Lines = [two.Line, one.Line] })));
            }
        }
    }

    // Each SKU has the fault and every later one that a single line can have.
    [Fact]
    public async Task OneLine_IsRefusedForItsFirstFault()
    {
        await using var engine = await WithFaultsAsync();
        await engine.AddSkuAsync("ALL", sku => sku with
        {
            OnShelf = false,
            MaxPerOrder = 2,
            RecipientMode = RecipientMode.Required,
            Inputs = [new SkuInput("server", true, null)],
            Currency = "USD",
            Routes = [],
            Price = Cny(20),
        });
        var request = Request("A-1") with { Lines = [Line("ALL") with { Quantity = 3, MaxUnitPrice = Cny(15) }] };
        var mended = new List<(RefusalCode Code, Func<Sku, Sku> Mend)>
        {
            (RefusalCode.SkuOffShelf, sku => sku with { OnShelf = true }),
            (RefusalCode.QuantityOutOfRange, sku => sku with { MaxPerOrder = 3 }),
            (RefusalCode.RecipientRequired, sku => sku with { RecipientMode = RecipientMode.Optional }),
            (RefusalCode.InputInvalid, sku => sku with { Inputs = [] }),
            (RefusalCode.CurrencyMismatch, sku => sku with { Currency = "CNY" }),
            (RefusalCode.RouteNotAvailable, sku => sku with { Routes = [new Route(RouteSource.Pool)] }),
            (RefusalCode.PriceChanged, sku => sku with { Price = Cny(15) }),
            (RefusalCode.OutOfStock, sku => sku),
        };

        foreach (var (code, mend) in mended)
        {
            Assert.Equal(code, Refused(await engine.PlaceAsync(request)));
            await engine.ChangeSkuAsync("ALL", mend);
        }
    }

    [Fact]
    public async Task MoneyIsAskedBeforeStock_AndPriceBeforeMoney()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync(Shop, shop => shop with { Settlement = Settlement.Prepaid });
        await engine.AddSkuAsync();
        var guarded = Request("A-1") with { Lines = [Line("VIP") with { MaxUnitPrice = Cny(9) }] };

        Assert.Equal(RefusalCode.PriceChanged, Refused(await engine.PlaceAsync(guarded)));
        Assert.Equal(RefusalCode.InsufficientBalance, Refused(await engine.PlaceAsync(Request("A-1"))));
        await engine.DepositAsync(Shop, Cny(10));
        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-1"))));
        Assert.Equal(Cny(10), (await engine.WalletAsync()).Balance);
    }

    [Fact]
    public async Task StoredReference_IsAnsweredBeforeAnyRefusal()
    {
        await using var engine = await WithFaultsAsync();
        var order = Accepted(await engine.PlaceAsync(Request("A-1"))).Draft.OrderId;
        await engine.ChangeStorefrontAsync(Shop, shop => shop with { CreditLimit = Money.Zero });

        Assert.Equal(order, OrderOf(await engine.PlaceAsync(Request("A-1"))));
        foreach (var (_, _, line) in Faults)
        {
            Assert.Equal(RefusalCode.ReferenceConflict, Refused(await engine.PlaceAsync(Request("A-1") with { Lines = [line] })));
        }
    }

    // A quantity of 0 and too many units were refused before anybody had looked whether the reference was stored, or the SKU known.
    [Fact]
    public async Task QuantityNoOrderCanHave_IsABusinessRefusalLikeOthers()
    {
        await using var engine = await WithFaultsAsync();
        Accepted(await engine.PlaceAsync(Request("A-1")));
        var (none, many) = (Line("VIP") with { Quantity = 0 }, Line("VIP") with { Quantity = 2_501 });

        Assert.Equal(RefusalCode.QuantityOutOfRange, Refused(await engine.PlaceAsync(Request("A-2") with { Lines = [none] })));
        Assert.Equal(RefusalCode.QuantityOutOfRange, Refused(await engine.PlaceAsync(Request("A-2") with { Lines = [many, many] })));
        Assert.Equal(RefusalCode.UnknownSku, Refused(await engine.PlaceAsync(Request("A-2") with { Lines = [none, many, many, Line("nothing")] })));
        Assert.Equal(RefusalCode.QuantityOutOfRange, Refused(await engine.PlaceAsync(Request("A-2") with { Lines = [Line("WHO"), many, many] })));
        Assert.Equal(RefusalCode.ReferenceConflict, Refused(await engine.PlaceAsync(Request("A-1") with { Lines = [none] })));
        Assert.Equal(RefusalCode.ReferenceConflict, Refused(await engine.PlaceAsync(Request("A-1") with { Lines = [many, many] })));
    }

    [Theory]
    [InlineData("9.9999", false)]
    [InlineData("10", true)]
    [InlineData("10.0001", true)]
    public async Task PriceGuard_IsExact(string maxUnitPrice, bool passes)
    {
        await using var engine = await WithFaultsAsync();
        Assert.True(Money.TryParse(maxUnitPrice, out var max));

        var outcome = await engine.PlaceAsync(Request("A-1") with { Lines = [Line("VIP") with { MaxUnitPrice = max }] });

        Assert.Equal(passes ? null : RefusalCode.PriceChanged, (outcome as IntakeOutcome.Refused)?.Refusal.Code);
    }

    [Theory]
    [InlineData(null, "server", "S1", true)]
    [InlineData(null, "server", "", false)]
    [InlineData(null, "server", "S1\n", false)]
    [InlineData(null, "Server", "S1", false)]
    [InlineData("extra", "server", "S1", false)]
    public async Task Inputs_AreThoseDeclared(string? extra, string name, string value, bool passes)
    {
        await using var engine = await WithFaultsAsync();
        var inputs = new Dictionary<string, string> { [name] = value };
        if (extra is not null)
        {
            inputs[extra] = "x";
        }

        var outcome = await engine.PlaceAsync(Request("A-1") with { Lines = [Line("INPUT") with { Inputs = inputs }] });

        // A line break is refused already because control characters are.
        Assert.Equal(passes ? RefusalCode.OutOfStock : value.EndsWith('\n') ? RefusalCode.InvalidRequest : RefusalCode.InputInvalid, Refused(outcome));
    }

    [Fact]
    public async Task ARecipientOfSpaces_IsNone()
    {
        await using var engine = await WithFaultsAsync();

        var outcome = await engine.PlaceAsync(Request("A-1") with { Lines = [Line("WHO") with { Recipient = "  " }] });

        Assert.Equal(RefusalCode.RecipientRequired, Refused(outcome));
    }

    private static OrderLineRequest Line(string sku) => new() { Sku = sku, Quantity = 1 };

    private static async Task<OrderEngine> WithFaultsAsync()
    {
        var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 100);
        await engine.AddSkuAsync("OFF", sku => sku with { OnShelf = false });
        await engine.AddSkuAsync("FEW", sku => sku with { MinPerOrder = 1, MaxPerOrder = 3 });
        await engine.AddSkuAsync("WHO", sku => sku with { RecipientMode = RecipientMode.Required, RecipientPattern = "1\\d{10}" });
        await engine.AddSkuAsync("NOBODY", sku => sku with { RecipientMode = RecipientMode.None });
        await engine.AddSkuAsync("INPUT", sku => sku with { Inputs = [new SkuInput("server", true, "S\\d")] });
        await engine.AddSkuAsync("USD", sku => sku with { Currency = "USD" });
        await engine.AddSkuAsync("NOWHERE", sku => sku with { Routes = [] });
        return engine;
    }
}
