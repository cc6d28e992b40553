using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>
/// A statement compiled once and run many times, without the cost of an ADO.NET command. For the hot path alone:
/// intake, claims and import. Parameters are numbered from 1, columns from 0. Not safe for several threads.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _db = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        var code = raw.sqlite3_prepare_v3(_db, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement);
        if (code != raw.SQLITE_OK)
        {
            throw Error(code);
        }
    }

    public SqliteStatement Bind(int index, long value) => Bound(raw.sqlite3_bind_int64(_statement, index, value));

    public SqliteStatement Bind(int index, long? value) =>
        Bound(value is { } number ? raw.sqlite3_bind_int64(_statement, index, number) : raw.sqlite3_bind_null(_statement, index));

    public SqliteStatement Bind(int index, string? value) =>
        Bound(value is null ? raw.sqlite3_bind_null(_statement, index) : raw.sqlite3_bind_text(_statement, index, value));

    public SqliteStatement Bind(int index, byte[]? value) =>
        Bound(value is null ? raw.sqlite3_bind_null(_statement, index) : raw.sqlite3_bind_blob(_statement, index, value));

    /// <summary>Copies the bytes; an empty span is an empty blob.</summary>
    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value) => Bound(raw.sqlite3_bind_blob(_statement, index, value));

    /// <summary>Whether there is a row; its columns stay readable until the next call or <see cref="Reset"/>.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code is raw.SQLITE_ROW)
        {
            return true;
        }

        if (code is raw.SQLITE_DONE)
        {
            return false;
        }

        var error = Error(code);
        Reset();
        throw error;
    }

    public void Reset() => _ = raw.sqlite3_reset(_statement);

    /// <summary>Runs a statement that returns no rows and tells how many rows it changed.</summary>
    public int Execute()
    {
        _ = Step();
        Reset();
        return raw.sqlite3_changes(_db);
    }

    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    public int Int32(int column) => raw.sqlite3_column_int(_statement, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    public byte[] Blob(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    public void Dispose() => _statement.Dispose();

    // A statement that is still running takes no values: it would run again with those of the row before.
    private SqliteStatement Bound(int code) => code == raw.SQLITE_OK ? this : throw Error(code);

    private SqliteException Error(int code) =>
        new(raw.sqlite3_errmsg(_db).utf8_to_string(), code & 0xFF, raw.sqlite3_extended_errcode(_db));
}
