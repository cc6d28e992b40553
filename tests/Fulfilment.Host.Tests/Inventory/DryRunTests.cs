using System.Net;
using System.Text;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Inventory;

public sealed class DryRunTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        await _host.SkuAsync("V1");
        await _host.SkuAsync("V2");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task DryRun_SaysWhatAnImportDoes_AndStoresNothing()
    {
        await _host.UploadAsync("?sku=V2", "stock", "number,secret\nN-OLD,S-OLD\n").ExpectAsync(HttpStatusCode.Created);
        const string File = "卡号,密码,有效期\n6228480012345678,SECRET-0001,2090-01-31\nN2,S2,\nN2,,\nN 2,S-2,\nN-OLD,SOLD,\nN3,S3,2001-01-01\n";

        var forecast = await _host.UploadAsync("?sku=V1&unitCost=1.50&dryRun=true", null, File).ExpectAsync(HttpStatusCode.OK);

        Assert.Equal("V1 completed 6 2 1 1 2 true 1.50 CNY purchased", forecast.Fields(
            "sku", "status", "total", "accepted", "duplicateInFile", "duplicateInStock", "rejected", "complete", "unitCost", "currency", "terms"));
        Assert.Equal("utf-8 comma true", forecast.GetProperty("file").Fields("encoding", "separator", "header"));
        Assert.Equal(
            ["4 empty_secret", "5 duplicate_in_file", "6 duplicate_in_stock", "7 expired"],
            forecast.GetProperty("errors").EnumerateArray().Select(error => error.Fields("line", "reason")));
        Assert.Equal("2 ****5678 SE**** 11 2090-01-31", forecast.GetProperty("preview")[0].Fields("line", "number", "secret", "secretLength", "expiresOn"));
        Assert.DoesNotContain("SECRET-0001", forecast.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("62284800", forecast.GetRawText(), StringComparison.Ordinal);
        Assert.Equal((1, 1, 0), await CountAsync());

        var batch = await _host.UploadAsync("?sku=V1&unitCost=1.50", "key-1", File).ExpectAsync(HttpStatusCode.Created);
        Assert.Equal("6 2 2 2", batch.Fields("total", "accepted", "duplicate", "rejected"));
    }

    [Fact]
    public async Task DryRun_UsesNoIdempotencyKeyUp()
    {
        await _host.UploadAsync("?sku=V1&dryRun=true", "key-1", "S1\n").ExpectAsync(HttpStatusCode.OK);

        await _host.UploadAsync("?sku=V1", "key-1", "S2\n").ExpectAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task SecretsAndDates_WithoutAHeader_AreSeenToBeReadAsNumbersAndSecrets()
    {
        var forecast = await _host.UploadAsync("?sku=V1&dryRun=true", null, "SECRET-1,2090-01-31\nSECRET-2,2090-02-28\n").ExpectAsync(HttpStatusCode.OK);

        Assert.Equal("false", forecast.GetProperty("file").Fields("header"));
        Assert.Equal(["number", "secret", "expiresOn"], forecast.GetProperty("file").GetProperty("columns").EnumerateArray().Select(column => column.GetString()!));
        Assert.Equal("****ET-1 20**** 10 ", forecast.GetProperty("preview")[0].Fields("number", "secret", "secretLength", "expiresOn"));
        Assert.Contains("read as dates", forecast.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShortCodes_AreNotGivenAwayByTheirMask()
    {
        var forecast = await _host.UploadAsync("?sku=V1&dryRun=true", null, "number,secret\n1234,ABC\n").ExpectAsync(HttpStatusCode.OK);

        Assert.Equal("****34 **** 3", forecast.GetProperty("preview")[0].Fields("number", "secret", "secretLength"));
    }

    [Fact]
    public async Task WhatAnImportRefuses_ADryRunRefuses()
    {
        await _host.UploadAsync("?sku=NONE&dryRun=true", null, "S1\n").RefusedAsync(HttpStatusCode.UnprocessableEntity, "unknown_sku", "sku");
        await _host.UploadAsync("?sku=V1&dryRun=true", null, "").RefusedAsync(HttpStatusCode.BadRequest, "invalid_request");
        await _host.UploadAsync("?sku=V1&dryRun=true", null, "PK\u0003\u0004\0\0\0").RefusedAsync(HttpStatusCode.BadRequest, "invalid_request");
        await _host.UploadAsync("?sku=V1&dryRun=false", null, "S1\n").RefusedAsync(HttpStatusCode.BadRequest, "invalid_request", "Idempotency-Key");
    }

    [Fact]
    public async Task Errors_AreCapped_AndCountedAll()
    {
        var csv = new StringBuilder("secret,expiresOn\n");
        for (var i = 0; i < 5_000; i++)
        {
            csv.Append(i % 2 == 0 ? $"S{i},\n" : $"S{i},never\n");
        }

        var forecast = await _host.UploadAsync("?sku=V1&dryRun=true", null, csv.ToString()).ExpectAsync(HttpStatusCode.OK);

        Assert.Equal(100, forecast.GetProperty("errors").GetArrayLength());
        Assert.Equal("201 bad_date", forecast.GetProperty("errors")[99].Fields("line", "reason"));
        Assert.Equal("2500 2500", forecast.Fields("accepted", "rejected"));
        Assert.Equal(2_500, forecast.GetProperty("reasons").GetProperty("bad_date").GetInt64());
    }

    private Task<(long Batches, long Fingerprints, long Errors)> CountAsync() => _host.Services.GetRequiredService<IDatabase>().ReadAsync(async connection =>
        await Dapper.SqlMapper.QuerySingleAsync<(long, long, long)>(
            connection, "SELECT (SELECT count(*) FROM batches), (SELECT count(*) FROM code_fingerprints), (SELECT count(*) FROM batch_errors)"));
}
