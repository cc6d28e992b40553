using System.Data.Common;
using Dapper;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The counter that tells every process whether its snapshot of the catalogue is old.</summary>
internal static class CatalogueVersion
{
    /// <summary>Part of the transaction of each change.</summary>
    public static Task RaiseAsync(DbConnection connection) =>
        connection.ExecuteAsync("UPDATE change_counters SET value = value + 1 WHERE name = 'catalogue'");

    public static Task<long> ReadAsync(DbConnection connection) =>
        connection.ExecuteScalarAsync<long>("SELECT value FROM change_counters WHERE name = 'catalogue'");
}
