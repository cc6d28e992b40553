using System.Net;
using System.Text.Json;
using Fulfilment.Host.Tests.Durability;

namespace Fulfilment.Host.Tests.Inventory;

/// <summary>What a supplier's key may bring and see, and what somebody has to approve.</summary>
public sealed class SupplierUploadTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-supplier-").FullName;
    private TestHost _host = null!;
    private string _acme = null!, _other = null!, _shop = null!, _li = null!, _wang = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(new TestHostOptions { Folder = _folder });
        foreach (var sku in (string[])["V1", "V2", "V3"])
        {
            await _host.SkuAsync(sku);
        }

        await _host.CreateAsync("/v1/admin/suppliers", """{"code":"acme","name":"Acme","supplies":[{"sku":"V1","unitCost":"6.00","currency":"CNY"},{"sku":"V2","unitCost":"2.00","currency":"CNY","terms":"consigned"}]}""");
        await _host.CreateAsync("/v1/admin/suppliers", """{"code":"other","name":"Other","supplies":[{"sku":"V1","unitCost":"5.00","currency":"CNY"}]}""");
        _acme = await _host.KeyAsync("supplier:acme", ["inventory"]);
        _other = await _host.KeyAsync("supplier:other", ["inventory"]);
        _li = await _host.KeyAsync("operator:li", ["inventory", "admin"]);
        _wang = await _host.KeyAsync("operator:wang", ["inventory", "admin"]);
        _shop = await _host.ShopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task AtTheAgreedCost_ASuppliersBatch_SellsAtOnce()
    {
        var stated = await _host.UploadAsync("?sku=V1&unitCost=6.00&currency=CNY&terms=purchased&supplier=somebody", "k1", "S1\nS2\n", _acme).ExpectAsync(HttpStatusCode.Created);
        var leftOut = await _host.UploadAsync("?sku=V2", "k2", "S3\n", _acme).ExpectAsync(HttpStatusCode.Created);

        Assert.Equal("completed 6.00 CNY purchased acme", stated.Fields("status", "unitCost", "currency", "terms", "supplier"));
        Assert.Equal("completed 2.00 CNY consigned acme", leftOut.Fields("status", "unitCost", "currency", "terms", "supplier"));
        Assert.Equal("fulfilled", (await OrderAsync("V1", 2)).Fields("status"));
        Assert.Equal("fulfilled", (await OrderAsync("V2", 1)).Fields("status"));
        await AssertSoundAsync();
    }

    [Theory]
    [InlineData("?sku=V1&unitCost=6.01")]
    [InlineData("?sku=V1&currency=USD")]
    [InlineData("?sku=V1&terms=consigned")]
    [InlineData("?sku=V3&unitCost=1.00")]
    public async Task WhatDiffersFromWhatIsAgreed_Waits_AndSellsNothing(string query)
    {
        var batch = await _host.UploadAsync(query, "k1", "S1\nS2\n", _acme).ExpectAsync(HttpStatusCode.Created);

        Assert.Equal("awaitingApproval 2 2", batch.Fields("status", "accepted", "total"));
        using var order = await _host.PostAsync("/v1/orders", _shop, Order(query[5..7], 1));
        await order.AssertProblemAsync(HttpStatusCode.Conflict, "out_of_stock");
        var waiting = await _host.GetAsync("/v1/inventory/batches?status=awaitingApproval", _li).ExpectAsync(HttpStatusCode.OK);
        Assert.Equal([batch.Id()], waiting.GetProperty("data").EnumerateArray().Select(found => found.Id()));
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Approved_ItSells_AndIsOwedOnce()
    {
        // The window of the pool is filled from another batch, which expires later.
        await _host.UploadAsync("?sku=V1&expiresOn=2090-01-01", "stock", "OWN1\nOWN2\n").ExpectAsync(HttpStatusCode.Created);
        await OrderAsync("V1", 1);
        var batch = await _host.UploadAsync("?sku=V1&unitCost=7.00&expiresOn=2080-01-01", "k1", "S1\nS2\n", _acme).ExpectAsync(HttpStatusCode.Created);

        var approved = await DecideAsync(batch.Id(), "approve", _li).ExpectAsync(HttpStatusCode.OK);

        Assert.Equal("completed 7.00", approved.Fields("status", "unitCost"));
        await DecideAsync(batch.Id(), "approve", _li).RefusedAsync(HttpStatusCode.Conflict, "not_pending");
        await DecideAsync(batch.Id(), "reject", _wang).RefusedAsync(HttpStatusCode.Conflict, "not_pending");
        Assert.StartsWith("S", (await OrderAsync("V1", 1)).GetProperty("lines")[0].GetProperty("units")[0].GetProperty("code").Fields("secret"), StringComparison.Ordinal);
        var audit = await _host.GetAsync($"/v1/admin/audit?subject=batch:{batch.Id()}", TestHost.OperatorKey).ExpectAsync(HttpStatusCode.OK);
        Assert.Equal("batch.approved operator:li", audit.GetProperty("data")[0].Fields("action", "actor"));
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Rejected_NothingIsSoldOrOwed()
    {
        var batch = await _host.UploadAsync("?sku=V1&unitCost=7.00", "k1", "S1\nS2\n", _acme).ExpectAsync(HttpStatusCode.Created);
        await DecideAsync(batch.Id(), "reject", _li, "{}").RefusedAsync(HttpStatusCode.BadRequest, "invalid_request", "/reason");

        Assert.Equal("failed", (await DecideAsync(batch.Id(), "reject", _li).ExpectAsync(HttpStatusCode.OK)).Fields("status"));

        using var order = await _host.PostAsync("/v1/orders", _shop, Order("V1", 1));
        await order.AssertProblemAsync(HttpStatusCode.Conflict, "out_of_stock");
        var repeat = await _host.UploadAsync("?sku=V1&unitCost=7.00", "k1", "S1\nS2\n", _acme).ExpectAsync(HttpStatusCode.OK);
        Assert.Equal($"{batch.Id()} failed", repeat.Fields("id", "status"));
        await AssertSoundAsync();
    }

    [Fact]
    public async Task WhoUploaded_CannotApprove()
    {
        // What is agreed binds our own people too: one who writes another cost needs a second.
        var batch = await _host.UploadAsync("?sku=V1&supplier=acme&unitCost=9.00", "k1", "S1\n", _li).ExpectAsync(HttpStatusCode.Created);
        Assert.Equal("awaitingApproval", batch.Fields("status"));

        await DecideAsync(batch.Id(), "approve", _li).RefusedAsync(HttpStatusCode.Forbidden, "second_person_required");
        await DecideAsync(batch.Id(), "reject", _li).RefusedAsync(HttpStatusCode.Forbidden, "second_person_required");
        await DecideAsync(batch.Id(), "approve", _wang).ExpectAsync(HttpStatusCode.OK);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Supplier_SeesItsOwnBatches_AndNothingElse()
    {
        var own = await _host.UploadAsync("?sku=V1", "k1", "S1\nS1\n", _acme).ExpectAsync(HttpStatusCode.Created);
        var others = await _host.UploadAsync("?sku=V1", "k1", "S2\n", _other).ExpectAsync(HttpStatusCode.Created);
        var ours = await _host.UploadAsync("?sku=V1&supplier=acme", "k1", "S3\n").ExpectAsync(HttpStatusCode.Created);

        var list = await _host.GetAsync("/v1/inventory/batches", _acme).ExpectAsync(HttpStatusCode.OK);
        Assert.Equal([own.Id()], list.GetProperty("data").EnumerateArray().Select(batch => batch.Id()));
        var byKey = await _host.GetAsync("/v1/inventory/batches?idempotencyKey=k1", _acme).ExpectAsync(HttpStatusCode.OK);
        Assert.Equal(own.Id(), byKey.GetProperty("data")[0].Id());
        var stock = await _host.GetAsync("/v1/inventory/stock?sku=V1", _acme).ExpectAsync(HttpStatusCode.OK);
        Assert.Equal("1", stock.Fields("available"));
        await _host.GetAsync($"/v1/inventory/batches/{own.Id()}", _acme).ExpectAsync(HttpStatusCode.OK);
        using (var errors = await _host.GetAsync($"/v1/inventory/batches/{own.Id()}/errors", _acme))
        {
            Assert.Equal(HttpStatusCode.OK, errors.StatusCode);
        }

        foreach (var foreign in (string[])[others.Id(), ours.Id()])
        {
            await _host.GetAsync($"/v1/inventory/batches/{foreign}", _acme).RefusedAsync(HttpStatusCode.NotFound, "not_found");
            await _host.GetAsync($"/v1/inventory/batches/{foreign}/errors", _acme).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        }

        await _host.GetAsync("/v1/inventory/stock?sku=V3", _acme).RefusedAsync(HttpStatusCode.UnprocessableEntity, "unknown_sku", "sku");
        await DecideAsync(own.Id(), "approve", _acme).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Supplier_MayRecallItsOwnBatch_AndNothingElse()
    {
        var own = await _host.UploadAsync("?sku=V1&unitCost=7.00", "k1", "S1\nS2\n", _acme).ExpectAsync(HttpStatusCode.Created);
        var others = await _host.UploadAsync("?sku=V1", "k1", "S3\n", _other).ExpectAsync(HttpStatusCode.Created);
        const string Reason = """{"reason":"leaked"}""";

        await _host.PostAsync($"/v1/inventory/batches/{others.Id()}/recall", _acme, Reason).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        foreach (var change in (string[])["freeze", "unfreeze"])
        {
            await _host.PostAsync($"/v1/inventory/batches/{own.Id()}/{change}", _acme, Reason).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        }

        await _host.GetAsync($"/v1/inventory/batches/{own.Id()}/orders", _acme).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        var recalled = await _host.PostAsync($"/v1/inventory/batches/{own.Id()}/recall", _acme, Reason).ExpectAsync(HttpStatusCode.OK);

        Assert.Equal("recalled", recalled.Fields("status"));
        await DecideAsync(own.Id(), "approve", _li).RefusedAsync(HttpStatusCode.Conflict, "not_pending");
        await AssertSoundAsync();
    }

    [Fact]
    public async Task RepeatOfAnUpload_AnswersAsTheFirst_ThoughAnotherCostIsAgreedByNow()
    {
        var first = await _host.UploadAsync("?sku=V1", "k1", "S1\n", _acme).ExpectAsync(HttpStatusCode.Created);
        await _host.SendAsync(HttpMethod.Patch, "/v1/admin/suppliers/acme", TestHost.OperatorKey, """{"supplies":[]}""").ExpectAsync(HttpStatusCode.OK);

        var repeat = await _host.UploadAsync("?sku=V1", "k1", "S1\n", _acme).ExpectAsync(HttpStatusCode.OK);

        Assert.Equal(first.GetRawText(), repeat.GetRawText());
    }

    [Fact]
    public async Task InactiveOrUnknownSupplier_HasNoKey()
    {
        using var unknown = await _host.PostAsync("/v1/admin/keys", TestHost.OperatorKey, """{"owner":"supplier:nobody","scopes":["inventory"]}""");
        await unknown.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "/owner");
        await _host.SendAsync(HttpMethod.Patch, "/v1/admin/suppliers/acme", TestHost.OperatorKey, """{"active":false}""").ExpectAsync(HttpStatusCode.OK);

        await _host.GetAsync("/v1/inventory/batches", _acme).RefusedAsync(HttpStatusCode.Unauthorized, "unauthorized");
        await _host.GetAsync("/v1/inventory/batches", _other).ExpectAsync(HttpStatusCode.OK);
    }

    private Task<HttpResponseMessage> DecideAsync(string batch, string how, string key, string body = """{"reason":"as agreed by telephone"}""") =>
        _host.PostAsync($"/v1/admin/batches/{batch}/{how}", key, body);

    private async Task<JsonElement> OrderAsync(string sku, int quantity) =>
        await _host.PostAsync("/v1/orders?include=codes", _shop, Order(sku, quantity)).ExpectAsync(HttpStatusCode.Created);

    private static string Order(string sku, int quantity) =>
        $$"""{"clientReference":"{{Guid.NewGuid()}}","currency":"CNY","lines":[{"sku":"{{sku}}","quantity":{{quantity}}}]}""";

    private async Task AssertSoundAsync()
    {
        await _host.DisposeAsync();
        await EngineChecks.AssertSoundAsync(_folder);
    }
}
