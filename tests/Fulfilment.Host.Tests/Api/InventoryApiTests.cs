using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Api;

public sealed class InventoryApiTests : IAsyncLifetime
{
    private const string Csv = "number,secret,expiresOn\nN1,S1,2090-01-31\nN2,S2,\nN2,,\nN1,S1,\n";

    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        await _host.SkuAsync("V1");
        await _host.SkuAsync("V2");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Import_AnswersWithTheBatch_AndIsThereToLookAt()
    {
        using var answer = await ImportAsync("?sku=V1&unitCost=1.25&supplier=acme&purchaseReference=P-7&expiresOn=2080-06-30", "key-1");

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var batch = await answer.JsonAsync();
        Assert.Equal($"/v1/inventory/batches/{batch.GetProperty("id").GetString()}", answer.Headers.Location?.ToString());
        Assert.StartsWith("bat_", batch.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("V1 completed 4 4 2 1 1 1.25 CNY acme P-7 2080-06-30", string.Join(' ', Fields(
            batch, "sku", "status", "processed", "total", "accepted", "duplicate", "rejected", "unitCost", "currency", "supplier", "purchaseReference", "expiresOn")));
        Assert.True(batch.GetProperty("completedAt").GetDateTimeOffset() >= batch.GetProperty("createdAt").GetDateTimeOffset());

        using var shown = await _host.GetAsync(answer.Headers.Location!.ToString(), TestHost.OperatorKey);
        Assert.Equal(batch.GetRawText(), (await shown.JsonAsync()).GetRawText());
        using var found = await _host.GetAsync("/v1/inventory/batches?idempotencyKey=key-1", TestHost.OperatorKey);
        Assert.Equal(batch.GetRawText(), (await found.JsonAsync()).GetProperty("data").EnumerateArray().Single().GetRawText());
        using var none = await _host.GetAsync("/v1/inventory/batches?idempotencyKey=key-2", TestHost.OperatorKey);
        Assert.Empty((await none.JsonAsync()).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Ndjson_IsImported_Too()
    {
        using var answer = await ImportAsync("?sku=V1", "key-1", "{\"number\":\"N1\",\"secret\":\"S1\"}\n{\"secret\":7}\n{\"secret\":\"S2\"}\n", "application/x-ndjson");

        Assert.Equal("2 1", string.Join(' ', Fields(await answer.JsonAsync(), "accepted", "rejected")));
    }

    [Fact]
    public async Task Errors_NameLinesAndReasons_NeverCodes()
    {
        using var answer = await ImportAsync("?sku=V1", "key-1");
        using var errors = await _host.GetAsync($"{answer.Headers.Location}/errors", TestHost.OperatorKey);

        Assert.Equal("text/csv", errors.Content.Headers.ContentType?.MediaType);
        Assert.Equal("line,reason\r\n4,empty_secret\r\n5,duplicate\r\n", await errors.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Repeat_Answers200_WithTheSameBatch_AndOtherContent422()
    {
        using var first = await ImportAsync("?sku=V1", "key-1");
        using var repeat = await ImportAsync("?sku=V1", "key-1");
        using var otherRows = await ImportAsync("?sku=V1", "key-1", Csv + "S9\n");
        using var otherSku = await ImportAsync("?sku=V2", "key-1");

        Assert.Equal(HttpStatusCode.OK, repeat.StatusCode);
        Assert.Equal((await first.JsonAsync()).GetRawText(), (await repeat.JsonAsync()).GetRawText());
        await otherRows.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_mismatch");
        await otherSku.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_mismatch");
    }

    [Fact]
    public async Task Stock_CountsTheSkusBatches()
    {
        using var one = await ImportAsync("?sku=V1", "key-1");
        using var two = await ImportAsync("?sku=V1&unitCost=2.00", "key-2", "S7\nS8\nS9\n");
        using var other = await ImportAsync("?sku=V2", "key-3", "S10\n");

        using var answer = await _host.GetAsync("/v1/inventory/stock?sku=V1", TestHost.OperatorKey);

        var stock = await answer.JsonAsync();
        Assert.Equal("V1 5 0 0 0 0 0", string.Join(' ', Fields(stock, "sku", "available", "reserved", "frozen", "delivered", "voided", "expired")));
        Assert.Equal(["3 2.00", "2 0.00"], stock.GetProperty("batches").EnumerateArray().Select(batch => string.Join(' ', Fields(batch, "available", "unitCost"))));
    }

    [Fact]
    public async Task List_ShowsNewestFirst_PageByPage()
    {
        for (var i = 0; i < 5; i++)
        {
            using var answer = await ImportAsync(i == 2 ? "?sku=V2" : "?sku=V1", $"key-{i}", $"S{i}\n");
        }

        var seen = new List<string>();
        var cursor = "";
        do
        {
            using var page = await _host.GetAsync($"/v1/inventory/batches?sku=V1&limit=3{cursor}", TestHost.OperatorKey);
            var list = await page.JsonAsync();
            seen.AddRange(list.GetProperty("data").EnumerateArray().Select(batch => batch.GetProperty("id").GetString()!));
            cursor = list.GetProperty("nextCursor").GetString() is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);

        Assert.Equal(4, seen.Count);
        Assert.Equal(seen.OrderDescending(StringComparer.Ordinal), seen);
    }

    [Theory]
    [InlineData("", "sku")]
    [InlineData("?sku=V1&sku=V2", "sku")]
    [InlineData("?sku=V1&dryRun=yes", "dryRun")]
    [InlineData("?sku=V1&terms=borrowed", "terms")]
    [InlineData("?sku=V1&terms=1", "terms")]
    [InlineData("?sku=V1&unitCost=-1", "unitCost")]
    [InlineData("?sku=V1&unitCost=1e3", "unitCost")]
    [InlineData("?sku=V1&unitCost=999999999999", "unitCost")]
    [InlineData("?sku=V1&unitCost=", "unitCost")]
    [InlineData("?sku=V1&currency=cny", "currency")]
    [InlineData("?sku=V1&supplier=", "supplier")]
    [InlineData("?sku=V1&supplier=a%00b", "supplier")]
    [InlineData("?sku=V1&purchaseReference=%0A", "purchaseReference")]
    [InlineData("?sku=V1&expiresOn=2027-02-30", "expiresOn")]
    [InlineData("?sku=V1&expiresOn=0001-01-01", "expiresOn")]
    public async Task WrongParameters_AreNamed(string query, string param)
    {
        using var answer = await ImportAsync(query, "key-1");

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a b")]
    public async Task IdempotencyKey_IsRequired_AndPrintable(string? key)
    {
        using var answer = await ImportAsync("?sku=V1", key);
        using var tooLong = await ImportAsync("?sku=V1", new string('k', 201));

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "Idempotency-Key");
        await tooLong.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "Idempotency-Key");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/csv; charset=iso-8859-1")]
    [InlineData("text/plain")]
    public async Task OtherMediaTypes_AreRefused(string type)
    {
        using var answer = await ImportAsync("?sku=V1", "key-1", Csv, type);

        await answer.AssertProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Fact]
    public async Task EmptyFile_IsRefused_AndTheKeyIsNotUsedUp()
    {
        using var empty = await ImportAsync("?sku=V1", "key-1", "");
        await empty.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request");

        using var later = await ImportAsync("?sku=V1", "key-1");
        Assert.Equal(HttpStatusCode.Created, later.StatusCode);
    }

    [Fact]
    public async Task UnknownSku_AndUnknownBatch_AreRefused()
    {
        using var import = await ImportAsync("?sku=NONE", "key-1");
        await import.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "unknown_sku", "sku");
        using var stock = await _host.GetAsync("/v1/inventory/stock?sku=NONE", TestHost.OperatorKey);
        await stock.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "unknown_sku", "sku");
        foreach (var id in (string[])["bat_0000000000001", "bat_x", "ord_0000000000001", "%20"])
        {
            using var batch = await _host.GetAsync($"/v1/inventory/batches/{id}", TestHost.OperatorKey);
            await batch.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        }
    }

    [Fact]
    public async Task OnlyOperators_MayUseIt_WhateverTheirScopes()
    {
        await _host.StorefrontAsync("shop-1");
        var storefront = await _host.KeyAsync("storefront:shop-1", ["inventory"]);
        var withoutScope = await _host.KeyAsync("operator:li", ["orders"]);

        foreach (var key in (string[])[storefront, withoutScope])
        {
            using var import = await ImportAsync("?sku=V1", "key-1", key: key);
            await import.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
            using var stock = await _host.GetAsync("/v1/inventory/stock?sku=V1", key);
            await stock.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        }

        using var nobody = await ImportAsync("?sku=V1", "key-1", key: null);
        await nobody.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task BodyOverTheUsualLimit_StreamsThrough()
    {
        var csv = new StringBuilder("secret\n");
        for (var i = 0; i < 30_000; i++)
        {
            csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"SECRET-THAT-IS-RATHER-LONG-AND-FILLS-A-LINE-{i:D8}\n");
        }

        using var answer = await ImportAsync("?sku=V1", "key-1", csv.ToString());

        Assert.Equal("30000", (await answer.JsonAsync()).GetProperty("accepted").GetRawText());
    }

    [Fact]
    public async Task UploadThatBreaksOff_StaysImporting_AndGoesOnWithTheSameKey()
    {
        var rows = string.Concat(Enumerable.Range(0, 66_000).Select(i => $"SECRET{i:D5}\n"));
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(_host.Client.BaseAddress!.Host, _host.Client.BaseAddress.Port, TestContext.Current.CancellationToken);
            var head = $"POST /v1/inventory/batches?sku=V1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TestHost.OperatorKey}\r\nIdempotency-Key: key-1\r\n"
                + $"Content-Type: text/csv\r\nContent-Length: {rows.Length}\r\n\r\n";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head + rows[..(65_000 * 12)]), TestContext.Current.CancellationToken);
            await WaitForAsync(batch => batch.GetProperty("processed").GetInt64() == 64_000);
        }

        var broken = await WaitForAsync(batch => batch.GetProperty("processed").GetInt64() == 64_000);
        Assert.Equal("importing 64000 ", string.Join(' ', Fields(broken, "status", "accepted", "total")));

        // The host may still be about to notice that the first connection has gone.
        HttpResponseMessage resumed;
        while ((resumed = await ImportAsync("?sku=V1", "key-1", rows)).StatusCode == HttpStatusCode.Conflict)
        {
            await resumed.AssertProblemAsync(HttpStatusCode.Conflict, "in_progress");
            resumed.Dispose();
        }

        Assert.Equal("completed 66000 66000 0", string.Join(' ', Fields(await resumed.JsonAsync(), "status", "total", "accepted", "duplicate")));
        resumed.Dispose();
    }

    [Fact]
    public async Task Log_HoldsNoCode()
    {
        using var answer = await ImportAsync("?sku=V1", "key-1", "number,secret\nNUMBER-77001,SECRET-88001\n\"NUMBER-77002\"x,SECRET-88002\n");

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.DoesNotContain("7700", _host.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("8800", _host.Log.Text, StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> ImportAsync(string query, string? idempotencyKey, string body = Csv, string type = "text/csv", string? key = TestHost.OperatorKey)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/inventory/batches{query}", UriKind.Relative));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }

        return await _host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task<JsonElement> WaitForAsync(Func<JsonElement, bool> condition)
    {
        while (true)
        {
            using var answer = await _host.GetAsync("/v1/inventory/batches?idempotencyKey=key-1", TestHost.OperatorKey);
            var batches = (await answer.JsonAsync()).GetProperty("data").EnumerateArray().ToList();
            if (batches.Count == 1 && condition(batches[0]))
            {
                return batches[0];
            }
        }
    }

    private static IEnumerable<string> Fields(JsonElement json, params string[] names) =>
        names.Select(name => json.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : json.GetProperty(name) is { ValueKind: JsonValueKind.Null } ? "" : json.GetProperty(name).GetRawText());
}
