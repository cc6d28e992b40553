using System.Net;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Infrastructure.Tests.Storage;

public sealed class ApiKeyStoreTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task IssuedKey_IsFoundByItsText_WithAllItMayDo()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.StorefrontAsync();
        var expires = DateTimeOffset.UtcNow.AddDays(1);

        var issued = (await fixture.IssueKey.RunAsync(Fields(expires, "203.0.113.9", "10.0.0.0/8", "2001:db8::/32"), CatalogueFixture.Operator)).Value;
        var found = fixture.Cache.Current.FindKey(ApiKeyText.Hash(issued.Text))!;

        Assert.Matches("^fk_live_[A-Za-z0-9_-]{43}$", issued.Text);
        Assert.Equal(issued.Key.Id, found.Id);
        Assert.Equal("storefront:shop-1", found.Owner.ToString());
        Assert.Equal(Scopes.Orders | Scopes.Codes, found.Scopes);
        Assert.Equal(expires.ToUnixTimeMilliseconds(), found.ExpiresAt!.Value.ToUnixTimeMilliseconds());
        Assert.Equal([IPNetwork.Parse("203.0.113.9/32"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::/32")], found.AllowedIps);
    }

    [Fact]
    public async Task KeyOfAnUnknownStorefront_IsRefused_AndNothingIsStored()
    {
        using var fixture = await CatalogueFixture.CreateAsync();

        var refused = await fixture.IssueKey.RunAsync(Fields(null), CatalogueFixture.Operator);

        Assert.Equal((RefusalCode.InvalidRequest, "/owner"), (refused.Refusal!.Code, refused.Refusal.Param));
        Assert.Equal(0, await fixture.CountAsync("api_keys"));
        Assert.Equal(0, await fixture.CountAsync("audit_entries"));
    }

    [Fact]
    public async Task Rotation_LeavesBothKeysLive()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        var first = await IssueAsync(fixture);

        var second = (await fixture.RotateKey.RunAsync(first.Key.Id, null, null, CatalogueFixture.Operator)).Value;

        var now = DateTimeOffset.UtcNow;
        Assert.True(fixture.Cache.Current.FindKey(ApiKeyText.Hash(first.Text))!.IsLive(now));
        var live = fixture.Cache.Current.FindKey(ApiKeyText.Hash(second.Text))!;
        Assert.True(live.IsLive(now));
        Assert.Equal((first.Key.Owner, first.Key.Scopes), (live.Owner, live.Scopes));
        Assert.NotEqual(first.Text, second.Text);
    }

    [Theory]
    [InlineData(null, 60, 60)]
    [InlineData(30, 60, 30)]
    [InlineData(90, 60, 60)]
    [InlineData(null, 0, 0)]
    public async Task Overlap_EndsTheOldKey_NeverLaterThanItsOwnExpiry(int? expiresAfter, int overlap, int endsAfter)
    {
        var time = new ManualTimeProvider();
        using var fixture = await CatalogueFixture.CreateAsync(time);
        await fixture.StorefrontAsync();
        var now = time.GetUtcNow();
        var first = (await fixture.IssueKey.RunAsync(Fields(expiresAfter is { } seconds ? now.AddSeconds(seconds) : null), CatalogueFixture.Operator)).Value;

        await fixture.RotateKey.RunAsync(first.Key.Id, TimeSpan.FromSeconds(overlap), null, CatalogueFixture.Operator);

        var old = fixture.Cache.Current.FindKey(ApiKeyText.Hash(first.Text))!;
        Assert.Equal(now.AddSeconds(endsAfter), old.ExpiresAt);
        Assert.False(old.IsLive(now.AddSeconds(endsAfter)));
    }

    [Fact]
    public async Task RevokedKey_IsGone_AndCannotBeRotated()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        var issued = await IssueAsync(fixture);

        var revoked = await fixture.RevokeKey.RunAsync(issued.Key.Id, CatalogueFixture.Operator);
        var again = await fixture.RevokeKey.RunAsync(issued.Key.Id, CatalogueFixture.Operator);
        var rotated = await fixture.RotateKey.RunAsync(issued.Key.Id, null, null, CatalogueFixture.Operator);

        Assert.Null(fixture.Cache.Current.FindKey(ApiKeyText.Hash(issued.Text)));
        Assert.Equal(revoked.Value.RevokedAt!.Value.ToUnixTimeMilliseconds(), again.Value.RevokedAt!.Value.ToUnixTimeMilliseconds());
        Assert.Equal(RefusalCode.InvalidRequest, rotated.Refusal!.Code);
        Assert.Equal(["key.revoked", "key.issued"], (await AuditAsync(fixture, issued)).Select(entry => entry.Action));
        Assert.Equal(1, await fixture.CountAsync("api_keys"));
    }

    [Fact]
    public async Task MissingKey_IsNotFound()
    {
        using var fixture = await CatalogueFixture.CreateAsync();

        Assert.Equal(RefusalCode.NotFound, (await fixture.RevokeKey.RunAsync(1, CatalogueFixture.Operator)).Refusal!.Code);
        Assert.Equal(RefusalCode.NotFound, (await fixture.RotateKey.RunAsync(1, null, null, CatalogueFixture.Operator)).Refusal!.Code);
        Assert.Null(await fixture.Keys.FindAsync(1, Cancellation));
    }

    [Fact]
    public async Task RevokeFromManyThreads_IsAuditedOnce()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        var issued = await IssueAsync(fixture);

        await CatalogueFixture.AtOnceAsync(12, _ => fixture.RevokeKey.RunAsync(issued.Key.Id, CatalogueFixture.Operator));

        Assert.Single(await AuditAsync(fixture, issued), entry => entry.Action == "key.revoked");
    }

    [Fact]
    public async Task List_IsNewestFirst_ByOwner_AndGoesOnBelowAnId()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.StorefrontAsync("shop-2");
        var first = await IssueAsync(fixture);
        var second = await IssueAsync(fixture);
        await fixture.IssueKey.RunAsync(Fields(null) with { Owner = "storefront:shop-2" }, CatalogueFixture.Operator);

        Assert.Equal(3, (await fixture.Keys.ListAsync(null, null, 10, Cancellation)).Count);
        Assert.Equal([second.Key.Id, first.Key.Id], (await fixture.Keys.ListAsync(first.Key.Owner, null, 10, Cancellation)).Select(key => key.Id));
        Assert.Equal([second.Key.Id], (await fixture.Keys.ListAsync(first.Key.Owner, null, 1, Cancellation)).Select(key => key.Id));
        Assert.Equal([first.Key.Id], (await fixture.Keys.ListAsync(first.Key.Owner, second.Key.Id, 10, Cancellation)).Select(key => key.Id));
    }

    [Fact]
    public async Task NeitherKeyNorHash_StandsInTheAuditOrAnyFile()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        var issued = await IssueAsync(fixture);
        await fixture.RotateKey.RunAsync(issued.Key.Id, TimeSpan.FromHours(1), null, CatalogueFixture.Operator);
        await fixture.RevokeKey.RunAsync(issued.Key.Id, CatalogueFixture.Operator);
        var hash = ApiKeyText.Hash(issued.Text);

        var rows = await fixture.Data.Database.ReadAsync(connection => connection.QueryAsync<string>(
            "SELECT concat(actor, subject, action, before, after) FROM audit_entries"), Cancellation);
        var audit = string.Concat(rows);
        foreach (var secret in new[] { issued.Text, issued.Text["fk_live_".Length..], Convert.ToHexString(hash), Convert.ToBase64String(hash), Convert.ToBase64String(hash).TrimEnd('=') })
        {
            Assert.DoesNotContain(secret, audit, StringComparison.OrdinalIgnoreCase);
        }

        foreach (var file in Directory.GetFiles(fixture.Data.Folder))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(issued.Text, await reader.ReadToEndAsync(Cancellation), StringComparison.Ordinal);
        }
    }

    private static KeyFields Fields(DateTimeOffset? expiresAt, params string[] allowedIps) =>
        new() { Owner = "storefront:shop-1", Scopes = ["orders", "codes"], ExpiresAt = expiresAt, AllowedIps = allowedIps };

    private static async Task<IssuedKey> IssueAsync(CatalogueFixture fixture)
    {
        await fixture.StorefrontAsync();
        return (await fixture.IssueKey.RunAsync(Fields(null), CatalogueFixture.Operator)).Value;
    }

    private static Task<IReadOnlyList<AuditEntry>> AuditAsync(CatalogueFixture fixture, IssuedKey key) =>
        fixture.AuditOfAsync("key:" + PublicId.Format(PublicId.Key, key.Key.Id));
}
