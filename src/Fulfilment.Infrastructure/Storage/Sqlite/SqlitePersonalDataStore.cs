using System.Data.Common;
using Dapper;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>Personal data on SQLite, where what was erased is to be overwritten in the file too.</summary>
public sealed class SqlitePersonalDataStore(SqliteDatabase database) : PersonalDataStore(database)
{
    /// <inheritdoc/>
    public override Task FlushAsync() => database.CheckpointAsync();

    /// <summary>Pages that become free are overwritten too while this runs; all writers overwrite what a row loses within its page.</summary>
    protected override Task<T> EraseAsync<T>(Func<DbConnection, Task<T>> erase) => base.EraseAsync(async connection =>
    {
        await connection.ExecuteAsync("PRAGMA secure_delete = ON").ConfigureAwait(false);
        try
        {
            return await erase(connection).ConfigureAwait(false);
        }
        finally
        {
            await connection.ExecuteAsync("PRAGMA secure_delete = FAST").ConfigureAwait(false);
        }
    });
}
