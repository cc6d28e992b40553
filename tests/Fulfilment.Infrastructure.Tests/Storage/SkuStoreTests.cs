using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Infrastructure.Tests.Storage;

public sealed class SkuStoreTests
{
    [Fact]
    public async Task EveryField_ComesBackAsItWasGiven()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        var fields = new SkuFields
        {
            Code = "A.b_c-1",
            Name = "名称",
            Kind = SkuKind.TopUp,
            Brand = "brand",
            Category = "category",
            Duration = "1 month",
            Description = "two\nlines",
            Instructions = "instructions",
            RedeemUrl = "https://example.com/redeem?a=1",
            ImageUrl = "http://example.com/x.png",
            Currency = "USD",
            Price = new Money(1),
            FaceValue = Money.Largest,
            MinPerOrder = 2,
            MaxPerOrder = 5_000,
            RecipientMode = RecipientMode.Required,
            RecipientPattern = "1[0-9]{10}",
            Inputs = new([new SkuInput("server", true, "S[0-9]+"), new SkuInput("role", false, null)]),
            MinRemainingDays = 30,
            HoldMinutes = 60,
            OnShelf = false,
            Routes = new([new Route(RouteSource.Pool), new Route(RouteSource.Supplier, "acme", "V1", new Money(110_000)), new Route(RouteSource.Manual)]),
            Supply = new SupplyPolicyFields { Order = RouteOrder.Cost, AllowLoss = true, WaitMinutes = 0, ApproveManual = true },
        };

        var created = (await fixture.CreateSku.RunAsync(fields, CatalogueFixture.Operator)).Value;
        var stored = fixture.Cache.Current.FindSku("A.b_c-1")!;

        // Lists compare by reference, and the time is stored to the millisecond.
        Assert.Equal(created with { Inputs = [], Routes = [], Components = [], UpdatedAt = default }, stored with { Inputs = [], Routes = [], Components = [], UpdatedAt = default });
        Assert.Equal(created.Inputs, stored.Inputs);
        Assert.Equal(created.Routes, stored.Routes);
        Assert.Equal(created.UpdatedAt.ToUnixTimeMilliseconds(), stored.UpdatedAt.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Bundle_KeepsItsComponents()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.CreateSku.RunAsync(CatalogueFixture.Sku("A"), CatalogueFixture.Operator);
        await fixture.CreateSku.RunAsync(CatalogueFixture.Sku("B"), CatalogueFixture.Operator);

        Assert.Null((await fixture.CreateSku.RunAsync(Bundle("PACK", new("A", 2), new("B", 1)), CatalogueFixture.Operator)).Refusal);
        Assert.Equal([new BundleComponent("A", 2), new BundleComponent("B", 1)], fixture.Cache.Current.FindSku("PACK")!.Components);

        Assert.Null((await fixture.UpdateSku.RunAsync("PACK", new SkuFields { Components = new([new("B", 3)]) }, CatalogueFixture.Operator)).Refusal);
        Assert.Equal([new BundleComponent("B", 3)], fixture.Cache.Current.FindSku("PACK")!.Components);
        Assert.Contains("\"components\":[{\"sku\":\"B\",\"quantity\":3}]", (await fixture.AuditOfAsync("sku:PACK"))[0].After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bundle_OfWhatCannotBeInOne_IsRefused()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.CreateSku.RunAsync(CatalogueFixture.Sku("A"), CatalogueFixture.Operator);
        var dollars = CatalogueFixture.Sku("USD");
        dollars.Currency = "USD";
        await fixture.CreateSku.RunAsync(dollars, CatalogueFixture.Operator);
        await fixture.CreateSku.RunAsync(Bundle("PACK", new BundleComponent("A", 1)), CatalogueFixture.Operator);

        foreach (var unfit in (string[])["nothing", "USD", "PACK"])
        {
            var created = await fixture.CreateSku.RunAsync(Bundle("OTHER", new("A", 1), new(unfit, 1)), CatalogueFixture.Operator);
            var changed = await fixture.UpdateSku.RunAsync("PACK", new SkuFields { Components = new([new("A", 1), new(unfit, 1)]) }, CatalogueFixture.Operator);

            Assert.Equal((RefusalCode.InvalidRequest, "/components/1/sku"), (created.Refusal!.Code, created.Refusal.Param));
            Assert.Equal((RefusalCode.InvalidRequest, "/components/1/sku"), (changed.Refusal!.Code, changed.Refusal.Param));
        }

        var moved = await fixture.UpdateSku.RunAsync("A", new SkuFields { Currency = "USD", Price = new Money(1) }, CatalogueFixture.Operator);
        Assert.Equal((RefusalCode.InvalidRequest, "/currency"), (moved.Refusal!.Code, moved.Refusal.Param));
    }

    private static SkuFields Bundle(string code, params BundleComponent[] components)
    {
        var fields = CatalogueFixture.Sku(code);
        (fields.Kind, fields.Components) = (SkuKind.Bundle, new(components));
        return fields;
    }

    [Fact]
    public async Task OneCodeFromManyThreads_IsCreatedOnce()
    {
        using var fixture = await CatalogueFixture.CreateAsync();

        var results = await CatalogueFixture.AtOnceAsync(16, _ => fixture.CreateSku.RunAsync(CatalogueFixture.Sku(), CatalogueFixture.Operator));

        Assert.Single(results, result => result.Refusal is null);
        Assert.All(results.Where(result => result.Refusal is not null), result => Assert.Equal(new Refusal(RefusalCode.AlreadyExists, "/code"), result.Refusal));
        Assert.Equal(1, await fixture.CountAsync("skus"));
        Assert.Single(await fixture.AuditOfAsync("sku:VIDEO-VIP-1M"));
        Assert.Equal(1, await fixture.VersionAsync());
    }

    [Fact]
    public async Task ChangesOfDifferentFieldsAtOnce_AllLast()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.CreateSku.RunAsync(CatalogueFixture.Sku(), CatalogueFixture.Operator);
        SkuFields[] changes =
        [
            new() { Name = "new name" },
            new() { Price = new Money(7) },
            new() { Brand = "new brand" },
            new() { OnShelf = false },
            new() { MaxPerOrder = 7 },
            new() { Category = "new category" },
        ];

        var results = await CatalogueFixture.AtOnceAsync(changes.Length, i => fixture.UpdateSku.RunAsync("VIDEO-VIP-1M", changes[i], CatalogueFixture.Operator));

        Assert.All(results, result => Assert.Null(result.Refusal));
        var sku = fixture.Cache.Current.FindSku("VIDEO-VIP-1M")!;
        Assert.Equal(("new name", new Money(7), "new brand", false, 7, "new category"), (sku.Name, sku.Price, sku.Brand, sku.OnShelf, sku.MaxPerOrder, sku.Category));
        Assert.Equal(1 + changes.Length, (await fixture.AuditOfAsync("sku:VIDEO-VIP-1M")).Count);
    }

    [Fact]
    public async Task Change_IsAudited_WithActorAddressBeforeAndAfter()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.CreateSku.RunAsync(CatalogueFixture.Sku(), CatalogueFixture.Operator);
        await fixture.UpdateSku.RunAsync("VIDEO-VIP-1M", new SkuFields { Price = new Money(130_000) }, CatalogueFixture.Operator);

        var entries = await fixture.AuditOfAsync("sku:VIDEO-VIP-1M");

        Assert.Equal(["sku.updated", "sku.created"], entries.Select(entry => entry.Action));
        Assert.All(entries, entry => Assert.Equal(CatalogueFixture.Operator, entry.Actor));
        Assert.Equal("12.50", Price(entries[0].Before!));
        Assert.Equal("13.00", Price(entries[0].After!));
        Assert.Null(entries[1].Before);
    }

    [Fact]
    public async Task ChangeThatChangesNothing_LeavesNoTrace()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        var created = (await fixture.CreateSku.RunAsync(CatalogueFixture.Sku(), CatalogueFixture.Operator)).Value;

        var updated = await fixture.UpdateSku.RunAsync("VIDEO-VIP-1M", new SkuFields { Price = created.Price }, CatalogueFixture.Operator);

        Assert.Equal(created.UpdatedAt.ToUnixTimeMilliseconds(), updated.Value.UpdatedAt.ToUnixTimeMilliseconds());
        Assert.Single(await fixture.AuditOfAsync("sku:VIDEO-VIP-1M"));
        Assert.Equal(1, await fixture.VersionAsync());
    }

    [Fact]
    public async Task RefusedChange_StoresNothing()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.CreateSku.RunAsync(CatalogueFixture.Sku(), CatalogueFixture.Operator);

        var refused = await fixture.UpdateSku.RunAsync("VIDEO-VIP-1M", new SkuFields { Name = "new", MinPerOrder = 101 }, CatalogueFixture.Operator);
        var missing = await fixture.UpdateSku.RunAsync("nothing", new SkuFields { Name = "new" }, CatalogueFixture.Operator);

        Assert.Equal((RefusalCode.InvalidRequest, "/minPerOrder"), (refused.Refusal!.Code, refused.Refusal.Param));
        Assert.Equal(RefusalCode.NotFound, missing.Refusal!.Code);
        Assert.Equal("会员", fixture.Cache.Current.FindSku("VIDEO-VIP-1M")!.Name);
        Assert.Equal(1, await fixture.VersionAsync());
    }

    private static string? Price(string json) => JsonDocument.Parse(json).RootElement.GetProperty("price").GetString();
}
