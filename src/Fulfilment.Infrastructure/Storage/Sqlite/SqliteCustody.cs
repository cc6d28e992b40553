using Fulfilment.Core.CardKeys;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>Appends custody entries and carries the day's root forward.</summary>
internal sealed class SqliteCustody(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _readDay = new(connection, "SELECT entries, root, seal FROM custody_days WHERE day = ?1 AND node = ?2");

    private readonly SqliteStatement _writeDay = new(connection, """
        INSERT INTO custody_days (day, node, entries, root, seal) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (day, node) DO UPDATE SET entries = excluded.entries, root = excluded.root, seal = excluded.seal
        """);

    private readonly SqliteStatement _append = new(connection, "INSERT INTO custody_entries (card_key_id, sequence, state, at, unit_id, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

    public CustodyDay ReadDay(int day, int node)
    {
        var stored = _readDay.Bind(1, day).Bind(2, node).Step()
            ? new CustodyDay(day, node, _readDay.Int64(0), _readDay.Blob(1), _readDay.Blob(2))
            : new CustodyDay(day, node);
        _readDay.Reset();
        return stored;
    }

    public void Append(IReadOnlyList<CustodyEntry> entries, CustodyDay day)
    {
        foreach (var entry in entries)
        {
            _append.Bind(1, entry.CardKeyId).Bind(2, entry.Sequence).Bind(3, (long)entry.State).Bind(4, entry.AtMs).Bind(5, entry.UnitId).Bind(6, entry.Seal).Execute();
        }

        _writeDay.Bind(1, day.Day).Bind(2, day.Node).Bind(3, day.Entries).Bind(4, day.Root.ToArray()).Bind(5, day.Seal).Execute();
    }

    public void Dispose()
    {
        _readDay.Dispose();
        _writeDay.Dispose();
        _append.Dispose();
    }
}
