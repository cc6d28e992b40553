using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>suppliers</c>.</summary>
public sealed class SupplierStore(IDatabase database, SupplierSettings settings, IdGenerator ids) : ISupplierStore
{
    private const string Select = "SELECT id, code, name, supplies, active, adapter, settings, settings_changed_at AS SettingsChangedAt, paused, low_balance AS LowBalance, updated_at AS UpdatedAt FROM suppliers";

    /// <inheritdoc/>
    public Task<Result<Supplier>> CreateAsync(Supplier supplier, Actor actor) => database.WriteAsync<Result<Supplier>>(async connection =>
    {
        // The unique index decides, so that of two requests at once one is told.
        var inserted = await connection.ExecuteAsync("""
            INSERT INTO suppliers (id, code, name, supplies, active, adapter, settings, settings_changed_at, paused, low_balance, updated_at)
            SELECT @Id, @Code, @Name, @Supplies, @Active, @Adapter, @Settings, @SettingsChangedAt, @Paused, @LowBalance, @UpdatedAt
            WHERE NOT EXISTS (SELECT 1 FROM suppliers WHERE code = @Code)
            """, Row.From(supplier)).ConfigureAwait(false);
        if (inserted == 0)
        {
            return new Refusal(RefusalCode.AlreadyExists, "/code");
        }

        await RecordAsync(connection, actor, "supplier.created", supplier.Code, null, Image(supplier, null, null)).ConfigureAwait(false);
        return supplier;
    });

    /// <inheritdoc/>
    public Task<Result<Supplier>> UpdateAsync(string code, Func<Supplier, Result<Supplier>> change, Actor actor, string? reason = null) => database.WriteAsync<Result<Supplier>>(async connection =>
    {
        if (await FindAsync(connection, code).ConfigureAwait(false) is not { } before)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        var changed = change(before);
        if (changed.Refusal is not null || IsSame(before, changed.Value))
        {
            return changed.Refusal is null ? before : changed;
        }

        await connection.ExecuteAsync(
            """
            UPDATE suppliers SET name = @Name, supplies = @Supplies, active = @Active, adapter = @Adapter, settings = @Settings,
                   settings_changed_at = @SettingsChangedAt, paused = @Paused, low_balance = @LowBalance, updated_at = @UpdatedAt
            WHERE id = @Id
            """,
            Row.From(changed.Value)).ConfigureAwait(false);
        await RecordAsync(connection, actor, "supplier.updated", code, Image(before, null, null), Image(changed.Value, before, reason)).ConfigureAwait(false);
        return changed;
    });

    /// <summary>For the catalogue's snapshot.</summary>
    internal static async Task<List<Supplier>> ListAsync(DbConnection connection)
    {
        var rows = await connection.QueryAsync<Row>(Select).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToSupplier())];
    }

    /// <summary>As it is inside the caller's transaction; null when there is none.</summary>
    internal static async Task<Supplier?> FindAsync(DbConnection connection, string code)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>($"{Select} WHERE code = @code", new { code }).ConfigureAwait(false);
        return row?.ToSupplier();
    }

    // Settings that are the same keep their very bytes; others are encrypted anew, which differs even where only a secret does.
    private bool IsSame(Supplier before, Supplier after) => ReferenceEquals(before.Settings, after.Settings) && Image(before, null, null) == Image(after, null, null);

    private string Image(Supplier supplier, Supplier? before, string? reason) =>
        AuditImage.Of(supplier, settings.Masked(supplier), before is null ? [] : settings.ChangedSecrets(before, supplier), reason);

    private async Task RecordAsync(DbConnection connection, Actor actor, string action, string code, string? before, string after)
    {
        await AuditStore.AppendAsync(connection, new AuditEntry(ids.Next(), actor, action, "supplier:" + code, before, after)).ConfigureAwait(false);
        await CatalogueVersion.RaiseAsync(connection).ConfigureAwait(false);
    }

    private sealed class Row
    {
        public long Id { get; init; }

        public string Code { get; init; } = "";

        public string Name { get; init; } = "";

        public string Supplies { get; init; } = "";

        public bool Active { get; init; }

        public string? Adapter { get; init; }

        public byte[]? Settings { get; init; }

        public long? SettingsChangedAt { get; init; }

        public bool Paused { get; init; }

        public long? LowBalance { get; init; }

        public long UpdatedAt { get; init; }

        public static Row From(Supplier supplier) => new()
        {
            Id = supplier.Id,
            Code = supplier.Code,
            Name = supplier.Name,
            Supplies = StorageJson.Write(supplier.Supplies),
            Active = supplier.Active,
            Adapter = supplier.Adapter,
            Settings = supplier.Settings,
            SettingsChangedAt = supplier.SettingsChangedAt?.ToUnixTimeMilliseconds(),
            Paused = supplier.Paused,
            LowBalance = supplier.LowBalance?.TenThousandths,
            UpdatedAt = supplier.UpdatedAt.ToUnixTimeMilliseconds(),
        };

        public Supplier ToSupplier() => new()
        {
            Id = Id,
            Code = Code,
            Name = Name,
            Supplies = StorageJson.Read<List<Supply>>(Supplies),
            Active = Active,
            Adapter = Adapter,
            Settings = Settings,
            SettingsChangedAt = SettingsChangedAt is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null,
            Paused = Paused,
            LowBalance = LowBalance is { } low ? new Money(low) : null,
            UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(UpdatedAt),
        };
    }
}
