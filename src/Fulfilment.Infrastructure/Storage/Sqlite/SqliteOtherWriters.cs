using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>Tells whether another process writes to the same file: the number changes when another connection has committed since it was last read.</summary>
internal sealed class SqliteOtherWriters(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _dataVersion = new(connection, "PRAGMA data_version");
    private long _seen;

    public bool HaveWritten()
    {
        var before = _seen;
        _ = _dataVersion.Step();
        _seen = _dataVersion.Int64(0);
        _dataVersion.Reset();
        return _seen != before;
    }

    public void Dispose() => _dataVersion.Dispose();
}
