using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Tests.Catalogue;

public sealed class SkuFieldsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void FieldsLeftOut_TakeTheirDefaults()
    {
        var sku = Minimal().Create(1, Now).Value;

        Assert.Equal((SkuKind.CardKey, 1, 100, RecipientMode.Optional, 0, 15, true), (sku.Kind, sku.MinPerOrder, sku.MaxPerOrder, sku.RecipientMode, sku.MinRemainingDays, sku.HoldMinutes, sku.OnShelf));
        Assert.Equal([new Route(RouteSource.Pool)], sku.Routes);
        Assert.Empty(sku.Inputs);
        Assert.Equal(Now, sku.UpdatedAt);
    }

    [Theory]
    [InlineData(SkuKind.CardKey, 1)]
    [InlineData(SkuKind.Manual, 1)]
    [InlineData(SkuKind.TopUp, 0)]
    [InlineData(SkuKind.Bundle, 0)]
    public void EveryKind_CanBeCreated_WithTheRoutesItHasByItself(SkuKind kind, int routes)
    {
        var fields = Minimal();
        fields.Kind = kind;

        Assert.Equal(routes, fields.Create(1, Now).Value.Routes.Count);
    }

    public static TheoryData<string, string> Refused() => new()
    {
        { "code", "/code" }, { "code null", "/code" }, { "code 65", "/code" }, { "code slash", "/code" }, { "code dots", "/code" },
        { "name null", "/name" }, { "name blank", "/name" }, { "name 201", "/name" }, { "name control", "/name" }, { "name surrogate", "/name" },
        { "brand 101", "/brand" }, { "category blank", "/category" }, { "description 10001", "/description" }, { "instructions nul", "/instructions" },
        { "redeemUrl relative", "/redeemUrl" }, { "redeemUrl script", "/redeemUrl" }, { "imageUrl ftp", "/imageUrl" }, { "imageUrl long", "/imageUrl" },
        { "currency lower", "/currency" }, { "currency two", "/currency" }, { "currency greek", "/currency" },
        { "price negative", "/price" }, { "price huge", "/price" }, { "faceValue huge", "/faceValue" },
        { "min 0", "/minPerOrder" }, { "max 5001", "/maxPerOrder" }, { "min over max", "/minPerOrder" },
        { "pattern broken", "/recipientPattern" }, { "pattern backtracking", "/recipientPattern" }, { "pattern 201", "/recipientPattern" },
        { "pattern escapes its group", "/recipientPattern" }, { "pattern explodes", "/recipientPattern" },
        { "inputs pattern", "/inputs/1/pattern" }, { "inputs twice", "/inputs/1/name" }, { "inputs null", "/inputs/0" }, { "inputs 21", "/inputs" }, { "inputs blank", "/inputs/0/name" },
        { "days negative", "/minRemainingDays" }, { "hold 0", "/holdMinutes" },
        { "routes empty", "/routes" }, { "routes null entry", "/routes/0" }, { "routes twice", "/routes/1" }, { "routes 21", "/routes" },
        { "route without supplier", "/routes/0/supplier" }, { "route without supplierSku", "/routes/0/supplierSku" },
        { "route cost negative", "/routes/0/unitCost" }, { "pool with supplier", "/routes/0/supplier" }, { "manual with cost", "/routes/0/unitCost" },
        { "wait negative", "/supply/waitMinutes" }, { "wait long", "/supply/waitMinutes" },
        { "components of a card key", "/components" }, { "components empty", "/components" }, { "components null entry", "/components/0" },
        { "components twice", "/components/1/sku" }, { "components 21", "/components" }, { "component code", "/components/0/sku" },
        { "component quantity 0", "/components/0/quantity" }, { "components 101 units", "/components" }, { "bundle with routes", "/routes" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void BadField_IsRefused_WithItsPointer(string what, string param)
    {
        var fields = Minimal();
        Spoil(fields, what);

        var refusal = fields.Create(1, Now).Refusal;

        Assert.Equal((RefusalCode.InvalidRequest, param), (refusal?.Code, refusal?.Param));
        Assert.NotNull(refusal!.Detail);
    }

    [Theory]
    [InlineData("code", "/code")]
    [InlineData("name", "/name")]
    [InlineData("currency", "/currency")]
    [InlineData("price", "/price")]
    public void RequiredField_MayNotBeLeftOut(string field, string param)
    {
        var fields = Minimal();
        switch (field)
        {
            case "code": fields.Code = default; break;
            case "name": fields.Name = default; break;
            case "currency": fields.Currency = default; break;
            default: fields.Price = default; break;
        }

        Assert.Equal((RefusalCode.InvalidRequest, param), (fields.Create(1, Now).Refusal?.Code, fields.Create(1, Now).Refusal?.Param));
    }

    [Fact]
    public void Change_KeepsWhatIsLeftOut_AndClearsWhatIsNull()
    {
        var full = Minimal();
        full.Brand = "brand";
        full.Category = "category";
        full.FaceValue = new Money(1);
        var sku = full.Create(1, Now).Value;

        var changed = new SkuFields { Brand = new Optional<string?>(null), FaceValue = new Optional<Money?>(null) }.Change(sku, Now.AddHours(1)).Value;

        Assert.Equal(sku with { Brand = null, FaceValue = null, UpdatedAt = Now.AddHours(1) }, changed);
    }

    [Fact]
    public void SupplyPolicy_ChangesFieldByField_AndNullIsTheDefault()
    {
        var fields = Minimal();
        fields.Supply = new SupplyPolicyFields { Order = RouteOrder.Cost, WaitMinutes = 0 };
        var sku = fields.Create(1, Now).Value;

        Assert.Equal(new SupplyPolicy { Order = RouteOrder.Cost, WaitMinutes = 0 }, sku.Supply);
        var changed = new SkuFields { Supply = new SupplyPolicyFields { AllowLoss = true } }.Change(sku, Now).Value;
        Assert.Equal(new SupplyPolicy { Order = RouteOrder.Cost, WaitMinutes = 0, AllowLoss = true }, changed.Supply);
        Assert.Equal(SupplyPolicy.Default, new SkuFields { Supply = new Optional<SupplyPolicyFields?>(null) }.Change(changed, Now).Value.Supply);
    }

    [Fact]
    public void TimeOfChange_NeverGoesBack_WhenTheClockDoes()
    {
        var sku = Minimal().Create(1, Now).Value;

        var changed = new SkuFields { Name = "new" }.Change(sku, Now.AddHours(-1)).Value;

        Assert.Equal(Now.AddMilliseconds(1), changed.UpdatedAt);
    }

    [Fact]
    public void Change_OfCodeKindOrOfCurrencyAlone_IsRefused_ButTheSameValueIsNot()
    {
        var sku = Minimal().Create(1, Now).Value;

        Assert.Equal("/code", new SkuFields { Code = "B" }.Change(sku, Now).Refusal?.Param);
        Assert.Equal("/kind", new SkuFields { Kind = SkuKind.TopUp }.Change(sku, Now).Refusal?.Param);
        Assert.Equal("/price", new SkuFields { Currency = "USD" }.Change(sku, Now).Refusal?.Param);
        Assert.Equal("/name", new SkuFields { Name = new Optional<string?>(null) }.Change(sku, Now).Refusal?.Param);
        Assert.Null(new SkuFields { Code = "A", Kind = SkuKind.CardKey, Currency = "CNY" }.Change(sku, Now).Refusal);
        Assert.Null(new SkuFields { Currency = "USD", Price = new Money(2) }.Change(sku, Now).Refusal);
    }

    private static SkuFields Minimal() => new() { Code = "A", Name = "name", Currency = "CNY", Price = new Money(125_000) };

    private static Optional<IReadOnlyList<BundleComponent>?> Components(int count) =>
        new([.. Enumerable.Range(0, count).Select(i => new BundleComponent($"C{i}", 1))]);

    private static void Spoil(SkuFields fields, string what)
    {
        switch (what)
        {
            case "code": fields.Code = ""; break;
            case "code null": fields.Code = new Optional<string?>(null); break;
            case "code 65": fields.Code = new string('A', 65); break;
            case "code slash": fields.Code = "A/B"; break;
            case "code dots": fields.Code = ".."; break;
            case "name null": fields.Name = new Optional<string?>(null); break;
            case "name blank": fields.Name = " "; break;
            case "name 201": fields.Name = new string('n', 201); break;
            case "name control": fields.Name = "a\nb"; break;
            case "name surrogate": fields.Name = "a\ud800"; break;
            case "brand 101": fields.Brand = new string('n', 101); break;
            case "category blank": fields.Category = ""; break;
            case "description 10001": fields.Description = new string('n', 10_001); break;
            case "instructions nul": fields.Instructions = "a\0"; break;
            case "redeemUrl relative": fields.RedeemUrl = "/redeem"; break;
            case "redeemUrl script": fields.RedeemUrl = "javascript:alert(1)"; break;
            case "imageUrl ftp": fields.ImageUrl = "ftp://example.com/x"; break;
            case "imageUrl long": fields.ImageUrl = "https://example.com/" + new string('x', 2_000); break;
            case "currency lower": fields.Currency = "cny"; break;
            case "currency two": fields.Currency = "CN"; break;
            case "currency greek": fields.Currency = "ΑΒΓ"; break;
            case "price negative": fields.Price = new Money(-1); break;
            case "price huge": fields.Price = new Money(Money.Largest.TenThousandths + 1); break;
            case "faceValue huge": fields.FaceValue = new Money(long.MaxValue); break;
            case "wait negative": fields.Supply = new SupplyPolicyFields { WaitMinutes = -1 }; break;
            case "wait long": fields.Supply = new SupplyPolicyFields { WaitMinutes = 10_081 }; break;
            case "components of a card key": fields.Components = Components(1); break;
            case "components empty": (fields.Kind, fields.Components) = (SkuKind.Bundle, Components(0)); break;
            case "components null entry": (fields.Kind, fields.Components) = (SkuKind.Bundle, new([null!])); break;
            case "components twice": (fields.Kind, fields.Components) = (SkuKind.Bundle, new([new("A", 1), new("A", 2)])); break;
            case "components 21": (fields.Kind, fields.Components) = (SkuKind.Bundle, Components(21)); break;
            case "component code": (fields.Kind, fields.Components) = (SkuKind.Bundle, new([new("a/b", 1)])); break;
            case "component quantity 0": (fields.Kind, fields.Components) = (SkuKind.Bundle, new([new("A", 0)])); break;
            case "components 101 units": (fields.Kind, fields.Components) = (SkuKind.Bundle, new([new("A", 100), new("B", 1)])); break;
            case "bundle with routes": (fields.Kind, fields.Routes) = (SkuKind.Bundle, new([new Route(RouteSource.Pool)])); break;
            case "min 0": fields.MinPerOrder = 0; break;
            case "max 5001": fields.MaxPerOrder = 5_001; break;
            case "min over max": fields.MinPerOrder = 101; break;
            case "pattern broken": fields.RecipientPattern = "("; break;
            case "pattern backtracking": fields.RecipientPattern = @"(a)\1"; break;
            case "pattern 201": fields.RecipientPattern = new string('a', 201); break;
            case "pattern escapes its group": fields.RecipientPattern = "a)|(b"; break;
            case "pattern explodes": fields.RecipientPattern = "((a{1,1000}){1,1000}){1,1000}"; break;
            case "inputs pattern": fields.Inputs = new([new SkuInput("a", true, null), new SkuInput("b", true, "[")]); break;
            case "inputs twice": fields.Inputs = new([new SkuInput("a", true, null), new SkuInput("a", false, null)]); break;
            case "inputs null": fields.Inputs = new([null!]); break;
            case "inputs 21": fields.Inputs = new([.. Enumerable.Range(0, 21).Select(i => new SkuInput($"i{i}", false, null))]); break;
            case "inputs blank": fields.Inputs = new([new SkuInput("", false, null)]); break;
            case "days negative": fields.MinRemainingDays = -1; break;
            case "hold 0": fields.HoldMinutes = 0; break;
            case "routes empty": fields.Routes = new([]); break;
            case "routes null entry": fields.Routes = new([null!]); break;
            case "routes twice": fields.Routes = new([new Route(RouteSource.Pool), new Route(RouteSource.Pool)]); break;
            case "routes 21": fields.Routes = new([.. Enumerable.Range(0, 21).Select(i => new Route(RouteSource.Supplier, "acme", $"{i}"))]); break;
            case "route without supplier": fields.Routes = new([new Route(RouteSource.Supplier, null, "V1")]); break;
            case "route without supplierSku": fields.Routes = new([new Route(RouteSource.Supplier, "acme")]); break;
            case "route cost negative": fields.Routes = new([new Route(RouteSource.Supplier, "acme", "V1", new Money(-1))]); break;
            case "pool with supplier": fields.Routes = new([new Route(RouteSource.Pool, "acme")]); break;
            case "manual with cost": fields.Routes = new([new Route(RouteSource.Manual, UnitCost: new Money(1))]); break;
            default: throw new ArgumentOutOfRangeException(nameof(what), what, null);
        }
    }
}
