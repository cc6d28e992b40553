using System.Data.Common;
using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Encryption;

namespace Fulfilment.Infrastructure.Tests.Storage.Encryption;

/// <summary>Re-encryption against everything that happens beside it.</summary>
public sealed class ReencryptValuesTests : IAsyncLifetime
{
    private const int Keys = 1_300;

    private readonly CurrentKeys _keys = new(KeyRing.Create());
    private TestDatabase _storage = null!;

    public async ValueTask InitializeAsync()
    {
        _storage = await TestDatabase.CreateAsync();
        using var codes = new CodeProtection(_keys);
        using var people = new PersonalDataProtection(_keys);
        await _storage.Database.WriteAsync(async connection =>
        {
            await connection.ExecuteAsync(
                "INSERT INTO card_keys (id, sku_id, batch_id, state, expires_on, fingerprint, code) VALUES (@id, 1, 1, 10, 1, @fingerprint, @code)",
                Enumerable.Range(1, Keys).Select(id => new { id, fingerprint = new byte[16], code = codes.Protect(id, new CodeText($"N{id}", $"S{id}")) }));
            return await connection.ExecuteAsync(
                """
                INSERT INTO order_lines (order_id, id, storefront_id, sku_id, status, quantity, unit_price, recipient)
                VALUES (1, @id, 1, 1, 1, 1, 1, @recipient)
                """,
                Enumerable.Range(1, 10).Select(id => new { id, recipient = id == 3 ? null : people.Protect(id, $"R{id}") }));
        });
        _keys.Use(_keys.Ring.With(2, SecretKey.Create()).WithActive(2));
    }

    public ValueTask DisposeAsync()
    {
        _storage.Dispose();
        return default;
    }

    [Fact]
    public async Task AllValues_OpenUnderTheNewKeyAlone_AndAreAsLongAsBefore()
    {
        var length = await _storage.ScalarAsync<long>("SELECT sum(length(code)) FROM card_keys");

        var done = await RunAsync(_storage.Database);

        Assert.Equal(((byte)2, Keys + 9L), (done.KeyId, done.Changed));
        Assert.Equal(length, await _storage.ScalarAsync<long>("SELECT sum(length(code)) FROM card_keys"));
        var alone = new CurrentKeys(_keys.Ring.Without(1));
        using var codes = new CodeProtection(alone);
        using var people = new PersonalDataProtection(alone);
        foreach (var (id, code) in await _storage.Database.ReadAsync(connection => connection.QueryAsync<(long, byte[])>("SELECT id, code FROM card_keys"), TestContext.Current.CancellationToken))
        {
            Assert.Equal(new CodeText($"N{id}", $"S{id}"), codes.Reveal(id, code));
        }

        Assert.Equal("R4", people.Reveal(4, (await _storage.ScalarAsync<byte[]>("SELECT recipient FROM order_lines WHERE id = 4"))!));
        Assert.Null(await _storage.ScalarAsync<byte[]>("SELECT recipient FROM order_lines WHERE id = 3"));
    }

    // A supplier that was not called yet would be out of reach once the old key is retired.
    [Fact]
    public async Task SettingsOfSuppliers_AreReadAnewByEveryProcess()
    {
        using var old = new SupplierVault(_keys.Ring.WithActive(1));
        await _storage.ExecuteAsync(
            "INSERT INTO suppliers (id, code, name, supplies, active, updated_at, adapter, settings) VALUES (7, 'acme', 'Acme', '[]', 1, 0, 'contract', @settings)",
            new { settings = old.ProtectSettings(7, "{}") });
        const string Version = "SELECT value FROM change_counters WHERE name = 'catalogue'";
        var before = await _storage.ScalarAsync<long>(Version);

        await RunAsync(_storage.Database);

        Assert.Equal(before + 1, await _storage.ScalarAsync<long>(Version));
        using var alone = new SupplierVault(_keys.Ring.Without(1));
        Assert.Equal("{}", alone.RevealSettings(7, (await _storage.ScalarAsync<byte[]>("SELECT settings FROM suppliers WHERE id = 7"))!));
    }

    [Fact]
    public async Task ValuesWipedBetweenReadingAndWriting_StayWiped()
    {
        // Recipients are part 3; once it is begun the next write is that of a page that has been read with the value in it.
        var meddling = new MeddlingDatabase(_storage.Database, connection => connection.ExecuteAsync(
            "UPDATE order_lines SET recipient = NULL WHERE id = 5 AND EXISTS (SELECT 1 FROM reencryptions WHERE part = 3)"));

        var done = await RunAsync(meddling);

        Assert.Equal(Keys + 8, done.Changed);
        Assert.Null(await _storage.ScalarAsync<byte[]>("SELECT recipient FROM order_lines WHERE id = 5"));
        Assert.NotNull(await _storage.ScalarAsync<byte[]>("SELECT recipient FROM order_lines WHERE id = 6"));
    }

    [Fact]
    public async Task RunThatDies_GoesOnWhereItWas_AndFindsWhatCameBehindIt()
    {
        var writes = 0;
        var dying = new MeddlingDatabase(_storage.Database, _ => ++writes == 3 ? throw new IOException("killed") : Task.CompletedTask);
        await Assert.ThrowsAsync<IOException>(() => RunAsync(dying));
        Assert.Equal(512, await _storage.ScalarAsync<long>("SELECT changed FROM reencryptions WHERE part = 1"));
        using var old = new CodeProtection(_keys.Ring.WithActive(1));
        await _storage.ExecuteAsync("UPDATE card_keys SET code = @code WHERE id = 7", new { code = old.Protect(7, new CodeText(null, "late")) });

        var done = await RunAsync(_storage.Database);

        Assert.Equal(Keys - 512 + 9 + 1, done.Changed);
        using var codes = new CodeProtection(_keys.Ring.Without(1));
        Assert.Equal("late", codes.Reveal(7, (await _storage.ScalarAsync<byte[]>("SELECT code FROM card_keys WHERE id = 7"))!).Secret);
    }

    [Fact]
    public async Task DamagedValue_IsNamed_AndKeepsNothingElseWaiting()
    {
        await _storage.ExecuteAsync("UPDATE card_keys SET code = (SELECT code FROM card_keys WHERE id = 1) WHERE id = 2");

        var done = await RunAsync(_storage.Database);

        Assert.Equal("card_keys.code of 2", Assert.Single(done.Unreadable));
        Assert.Equal(Keys + 8, done.Changed);
    }

    private async Task<Reencryption> RunAsync(IDatabase database)
    {
        using var reencrypt = new ReencryptValues(database, new EncryptionKeyStore(database, TimeProvider.System), new EncryptedValues(database), _keys, TimeProvider.System);
        return await reencrypt.RunAsync(null, TestContext.Current.CancellationToken);
    }

    /// <summary>Does something at the beginning of each write, in its transaction.</summary>
    private sealed class MeddlingDatabase(IDatabase inner, Func<DbConnection, Task> before) : IDatabase
    {
        public SqlDialect Dialect => inner.Dialect;

        public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => inner.ReadAsync(work, cancellation);

        public Task<T> ReadSnapshotAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => inner.ReadSnapshotAsync(work, cancellation);

        public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) => inner.WriteAsync(
            async connection =>
            {
                await before(connection);
                return await work(connection);
            },
            priority);
    }
}
