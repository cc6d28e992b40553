using Fulfilment.Core.Alerts;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storage;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Backups;
using Fulfilment.Infrastructure.Tests.Storage;
using Microsoft.Extensions.Logging;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Alerts;

/// <summary>Alerts about the machines: each is raised by its cause, once, and is over when its cause is.</summary>
public sealed class HostConditionTests
{
    private const long Gigabyte = 1_000_000_000;

    [Fact]
    [Trait("Engine", "Sqlite")]
    public async Task ABackupThatIsOldOrMissing_IsTold_UntilOneIsMade()
    {
        await using var engine = await StartAsync();
        var room = new ConditionRoom(engine);
        var watch = new WatchBackups(new SqliteBackupRecord(engine.Storage.Database), room.Match, new BackupWatchOptions(), engine.Time);
        engine.Time.Stall(TimeSpan.FromDays(10));
        Assert.Null(await room.LookAsync(watch, AlertKind.BackupTooOld));
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 1);
        Accepted(await engine.PlaceAsync(Request("A-1")));
        engine.Time.Stall(TimeSpan.FromHours(36));
        Assert.Null(await room.LookAsync(watch, AlertKind.BackupTooOld));
        engine.Time.Stall(TimeSpan.FromMilliseconds(1));

        var never = await room.LookAsync(watch, AlertKind.BackupTooOld);
        await new SqliteBackup(engine.Storage.Sqlite, engine.Time).RunAsync(
            Path.Combine(engine.Storage.Folder, "copy.db"), new AuditEntry(engine.Ids.Next(), Operator, "backup.taken", "database"));
        var made = await room.LookAsync(watch, AlertKind.BackupTooOld);
        engine.Time.Stall(TimeSpan.FromHours(37));
        var old = await room.LookAsync(watch, AlertKind.BackupTooOld);

        Assert.Contains("There has never been a backup", never!.Cause.English, StringComparison.Ordinal);
        Assert.Null(made);
        Assert.Contains("The last backup was taken at 2026-03-12 20:00 UTC", old!.Cause.English, StringComparison.Ordinal);
    }

    // SQLite has no msdb, as a login without rights sees none.
    [Fact]
    [Trait("Engine", "Sqlite")]
    public async Task BackupsThatTheServerDoesNotShow_AreNotKnown_WhichIsLoggedOnce()
    {
        await using var engine = await StartAsync();
        var log = new CountingLog<SqlServerBackupRecord>();
        var record = new SqlServerBackupRecord(engine.Storage.Database, engine.Time, log);

        Assert.Null(await record.FindAsync(TestContext.Current.CancellationToken));
        Assert.Null(await record.FindAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, log.Lines);
    }

    [Fact]
    public async Task ADiskThatFills_IsTold_UntilThereIsClearlyRoomAgain()
    {
        await using var engine = await StartAsync();
        var room = new ConditionRoom(engine);
        var disk = new TestDisk();
        var watch = new WatchDisk(disk, room.Alerts, room.Match, engine.Ids, new DiskWatchOptions());

        Assert.Null(await LookAsync(10));
        var warned = await LookAsync(9.9);
        var critical = await LookAsync(4.9);
        var still = await LookAsync(11.9);

        Assert.Equal(AlertSeverity.Warning, warned!.Severity);
        Assert.Contains("9 % of the disk of data are free, of 100 GB", warned.Cause.English, StringComparison.Ordinal);
        Assert.Equal((warned.Id, AlertSeverity.Critical), (critical!.Id, critical.Severity));
        Assert.NotNull(still);
        Assert.Null(await LookAsync(12));
        disk.Room = null;
        Assert.Null(await room.LookAsync(watch, AlertKind.DiskNearlyFull));

        Task<Alert?> LookAsync(double freePercent)
        {
            disk.Room = new DiskRoom("data", (long)(freePercent * Gigabyte), 100 * Gigabyte);
            return room.LookAsync(watch, AlertKind.DiskNearlyFull);
        }
    }

    [Fact]
    public void TheDiskOfAFolder_IsMeasured()
    {
        var room = new HostDisk(Path.GetTempPath()).Measure();

        Assert.InRange(room!.FreeBytes, 1, room.TotalBytes);
    }

    [Fact]
    public async Task AClockThatIsSet_IsToldForAnHour()
    {
        await using var engine = await StartAsync();
        var room = new ConditionRoom(engine);
        var watch = new WatchClock(new TestClock(), room.Match, engine.Ids, "shop-a", engine.Time);
        Assert.Null(await room.LookAsync(watch, AlertKind.ClockSkew));
        engine.Time.Stall(TimeSpan.FromMinutes(1));
        Assert.Null(await room.LookAsync(watch, AlertKind.ClockSkew));
        engine.Time.Step(TimeSpan.FromSeconds(-5));

        var alert = await room.LookAsync(watch, AlertKind.ClockSkew);
        engine.Time.Stall(TimeSpan.FromHours(1));
        var still = await room.LookAsync(watch, AlertKind.ClockSkew);
        engine.Time.Stall(TimeSpan.FromSeconds(1));

        Assert.Contains("set back by 5 s", alert!.Cause.English, StringComparison.Ordinal);
        Assert.NotNull(still);
        Assert.Null(await room.LookAsync(watch, AlertKind.ClockSkew));
    }

    [Fact]
    public async Task AClockThatLeavesTheDatabases_IsToldBeforeTheHostRefusesToWork()
    {
        await using var engine = await StartAsync();
        var room = new ConditionRoom(engine);
        var clock = new TestClock();
        var watch = new WatchClock(clock, room.Match, engine.Ids, "shop-a", engine.Time);

        var asserted = new Dictionary<double, string?>();
        foreach (var seconds in new[] { 1, 1.6, -1.6, 0.4 })
        {
            clock.Ahead = TimeSpan.FromSeconds(seconds);
            asserted[seconds] = (await room.LookAsync(watch, AlertKind.ClockSkew))?.Cause.English;
        }

        Assert.Null(asserted[1]);
        Assert.Contains("2 s ahead of the database's", asserted[1.6], StringComparison.Ordinal);
        Assert.Contains("2 s behind the database's", asserted[-1.6], StringComparison.Ordinal);
        Assert.Null(asserted[0.4]);
    }

    [Fact]
    public async Task AHostThatRefusesToWork_SaysSo_ThoughItMakesNoIds_UntilItsClockIsRight()
    {
        await using var engine = await StartAsync();
        var databaseNow = engine.Time.GetUtcNow().AddSeconds(-300);
        var room = new ConditionRoom(engine, new ClockedDatabase(engine.Storage.Database, databaseNow.ToUnixTimeMilliseconds));
        var clock = new TestClock { Ahead = TimeSpan.FromSeconds(300) };
        var watch = new WatchClock(clock, room.Match, engine.Ids, "shop-a", engine.Time);
        var lease = new NodeLease(engine.Ids.Node, 0, engine.Time.GetUtcNow().AddYears(2).ToUnixTimeMilliseconds(), long.MaxValue);
        engine.Ids.Stop();

        var refuses = await room.LookAsync(watch, AlertKind.ClockSkew);
        var stays = await room.LookAsync(new ForgetGoneHosts(new LiveHosts(new ClockedDatabase(engine.Storage.Database, nowMs: null), engine.Time), room.Alerts), AlertKind.ClockSkew);
        engine.Ids.Use(lease);
        clock.Ahead = TimeSpan.FromSeconds(2);
        var works = await room.LookAsync(watch, AlertKind.ClockSkew);

        Assert.Equal(("host:shop-a", databaseNow), (refuses!.Subject, refuses.OpenedAt));
        Assert.Contains("300 s ahead of the database's", refuses.Cause.English, StringComparison.Ordinal);
        Assert.Equal(refuses.Id, stays!.Id);
        Assert.Equal("node:7", works!.Subject);
        Assert.Equal(2, await room.EverAsync(AlertKind.ClockSkew));
    }

    [Fact]
    public async Task WhatAHostSaidOfItself_IsOver_OnceItIsGone()
    {
        await using var engine = await StartAsync();
        var room = new ConditionRoom(engine);
        var gone = new ForgetGoneHosts(new LiveHosts(new ClockedDatabase(engine.Storage.Database, nowMs: null), engine.Time), room.Alerts);
        var disk = new WatchDisk(new TestDisk { Room = new DiskRoom("data", Gigabyte, 100 * Gigabyte) }, room.Alerts, room.Match, engine.Ids, new DiskWatchOptions());
        await engine.Storage.ExecuteAsync(
            "INSERT INTO nodes (number, token, lease_until) VALUES (7, 'a', @later), (70, 'b', @later)", new { later = engine.Time.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds() });
        await disk.LookAsync(TestContext.Current.CancellationToken);
        var lives = await room.LookAsync(gone, AlertKind.DiskNearlyFull);
        engine.Time.Stall(TimeSpan.FromMinutes(1));
        await engine.Storage.ExecuteAsync("UPDATE nodes SET lease_until = lease_until + 60000 WHERE number = 70");

        Assert.NotNull(lives);
        Assert.Null(await room.LookAsync(gone, AlertKind.DiskNearlyFull));
    }

    // No test can fill a disk, or set a machine's clock.
    private sealed class TestDisk : IHostDisk
    {
        public DiskRoom? Room { get; set; }

        public DiskRoom? Measure() => Room;
    }

    private sealed class CountingLog<T> : ILogger<T>
    {
        public int Lines { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines++;
    }

    private sealed class TestClock : ISharedClock
    {
        public TimeSpan? Ahead { get; set; }

        public Task<TimeSpan?> AheadAsync(CancellationToken cancellation) => Task.FromResult(Ahead);
    }
}
