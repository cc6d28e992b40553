using System.Security.Cryptography;
using System.Text;
using Dapper;
using Fulfilment.Infrastructure.Tests.Orders;

namespace Fulfilment.Infrastructure.Tests.AfterSales;

/// <summary>Every row of every table as one text a table, to see that nothing has changed.</summary>
internal static class StateOfDatabase
{
    public static async Task<string> OfAsync(OrderEngine engine) => await engine.Storage.Database.ReadSnapshotAsync(async connection =>
    {
        var tables = await connection.QueryAsync<string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
        var state = new StringBuilder();
        foreach (var table in tables)
        {
            var columns = await connection.QueryAsync<string>("SELECT name FROM pragma_table_info(@table)", new { table });
            var row = string.Join(" || '|' || ", columns.Select(column => $"quote({column})"));
            var rows = (await connection.QueryAsync<string>($"SELECT {row} FROM {table} ORDER BY 1")).ToList();
            var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', rows))))[..16];
            state.Append(System.Globalization.CultureInfo.InvariantCulture, $"{table}: {rows.Count} rows, {hash}\n");
        }

        return state.ToString();
    });
}
