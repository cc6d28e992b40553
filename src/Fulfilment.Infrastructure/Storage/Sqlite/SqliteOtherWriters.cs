using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>Tells whether another process writes to the same file: the number changes when another connection has committed since it was last read.</summary>
internal sealed class SqliteOtherWriters : IDisposable
{
    private readonly SqliteStatement _dataVersion;
    private long _seen;

    public SqliteOtherWriters(SqliteConnection connection)
    {
        _dataVersion = new SqliteStatement(connection, "PRAGMA data_version");
        _seen = Read();
    }

    /// <summary>Since this was last asked, or since the beginning.</summary>
    public bool HaveWritten()
    {
        var before = _seen;
        _seen = Read();
        return _seen != before;
    }

    public void Dispose() => _dataVersion.Dispose();

    private long Read()
    {
        _ = _dataVersion.Step();
        var version = _dataVersion.Int64(0);
        _dataVersion.Reset();
        return version;
    }
}
