using System.Security.Cryptography;
using System.Text;
using Dapper;
using Fulfilment.Infrastructure.Tests.Orders;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.AfterSales;

/// <summary>Every row of every table as one text a table, to see that nothing has changed.</summary>
internal static class StateOfDatabase
{
    public static async Task<string> OfAsync(OrderEngine engine) => await engine.Storage.Database.ReadSnapshotAsync(async connection =>
    {
        var tables = await connection.QueryAsync<string>(TestServer.IsNamed
            ? "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME"
            : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
        var state = new StringBuilder();
        foreach (var table in tables)
        {
            var rows = (await connection.QueryAsync($"SELECT * FROM {table}")).Select(Text).Order(StringComparer.Ordinal).ToList();
            var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', rows))))[..16];
            state.Append(System.Globalization.CultureInfo.InvariantCulture, $"{table}: {rows.Count} rows, {hash}\n");
        }

        return state.ToString();
    });

    /// <summary>A row of Dapper's as a text, bytes as hexadecimal digits.</summary>
    public static string Text(dynamic row) => string.Join('|', ((IDictionary<string, object?>)row).Values.Select(value => value is byte[] bytes ? Convert.ToHexString(bytes) : value));
}
