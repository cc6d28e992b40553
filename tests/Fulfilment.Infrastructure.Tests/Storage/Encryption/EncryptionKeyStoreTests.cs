using Fulfilment.Core.Auditing;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Encryption;

namespace Fulfilment.Infrastructure.Tests.Storage.Encryption;

/// <summary>Who may encrypt with which key, decided in the database.</summary>
public sealed class EncryptionKeyStoreTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly KeyRing _one = KeyRing.Create();
    private readonly SecretKey _second = SecretKey.Create();
    private TestDatabase _storage = null!;
    private EncryptionKeyStore _store = null!;
    private long _audits;

    public async ValueTask InitializeAsync()
    {
        _storage = await TestDatabase.CreateAsync();
        _store = new EncryptionKeyStore(_storage.Database, _time);
        await _store.RegisterAsync(_one);
    }

    public ValueTask DisposeAsync()
    {
        _storage.Dispose();
        return default;
    }

    [Fact]
    public async Task ProcessWithoutTheActiveKey_GetsNoNodeNumber()
    {
        await AddAsync();
        Assert.Null(await _store.ActivateAsync(2, Audit()));

        await Assert.ThrowsAsync<InvalidOperationException>(() => Leases(_one).AcquireAsync("old"));
        Assert.NotNull(await Leases(_one.With(2, _second)).AcquireAsync("new"));
    }

    [Fact]
    public async Task Activation_WaitsForEveryLivingProcess_AndForNoDeadOne()
    {
        await AddAsync();
        var keys = new CurrentKeys(_one);
        var leases = new NodeLeaseStore(new ClockedDatabase(_storage.Database, nowMs: null), _time, keys);
        var lease = await leases.AcquireAsync("a");
        await Leases(_one.With(2, _second)).AcquireAsync("b");
        await Leases(_one).AcquireAsync("dead");

        Assert.Contains("nodes 0, 2 have not loaded it", await _store.ActivateAsync(2, Audit()), StringComparison.Ordinal);
        _time.Advance(NodeLeaseStore.Duration - TimeSpan.FromSeconds(1));
        keys.Use(_one.With(2, _second));
        Assert.NotNull(await leases.RenewAsync(lease, "a"));
        Assert.Contains("node 2 has not loaded it", await _store.ActivateAsync(2, Audit()), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(await _store.ActivateAsync(2, Audit()));
        Assert.Equal((byte)2, await _store.ReadActiveAsync());
    }

    [Fact]
    public async Task RetiredNumber_IsNeverGivenToAnotherKey_NorActiveAgain()
    {
        await AddAsync();
        Assert.Null(await _store.ActivateAsync(2, Audit()));
        Assert.Contains("Try again after", await _store.BeginRetiringAsync(1, TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await _store.BeginRetiringAsync(1, TimeSpan.FromMinutes(1)));
        await _store.FinishRetiringAsync(1, () => { }, Audit());

        Assert.Contains("retired", await _store.ActivateAsync(1, Audit()), StringComparison.Ordinal);
        Assert.Equal(3, await _store.AddAsync(id => _one.With(2, _second).With(id, SecretKey.Create()), _ => Audit()));

        // A process whose settings still hold the key changes nothing of that.
        await _store.RegisterAsync(_one.With(2, _second));
        Assert.False((await _store.ReadAsync()).Checks.ContainsKey("encryption:1"));
    }

    [Fact]
    public async Task RetiringProcessStillEncryptingWithTheKey_IsRefused()
    {
        await AddAsync();
        await Leases(_one.With(2, _second)).AcquireAsync("a");
        Assert.Null(await _store.ActivateAsync(2, Audit()));
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Contains("node 0 has not turned", await _store.BeginRetiringAsync(1, TimeSpan.Zero), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddThatCannotKeepTheKey_LeavesNothingBehind()
    {
        await Assert.ThrowsAsync<KeyRingException>(() => _store.AddAsync(_ => throw new KeyRingException("The disk is full."), _ => Audit()));

        Assert.Single((await _store.ReadAsync()).Keys);
        Assert.Equal(2, await AddAsync());
    }

    private Task<byte> AddAsync() => _store.AddAsync(id => _one.With(id, _second), _ => Audit());

    private NodeLeaseStore Leases(KeyRing keys) => new(new ClockedDatabase(_storage.Database, nowMs: null), _time, new CurrentKeys(keys));

    private AuditEntry Audit() => new(++_audits, new Actor("command:test", null), "encryptionKey.test", "encryptionKey:2");
}
