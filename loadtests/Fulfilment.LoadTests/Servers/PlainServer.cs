using System.Security.Cryptography;
using System.Text;
using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Host;
using Fulfilment.Host.Api.Json;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fulfilment.LoadTests.Servers;

/// <summary>
/// Order intake as it is usually written: per request one connection, one transaction, one statement after the other with Dapper. Same tables,
/// same rows, same durability, and, in its favour, a lock in front so that requests do not fight over SQLite's.
/// </summary>
internal static class PlainServer
{
    public static async Task RunAsync(string folder, string port)
    {
        var builder = FulfilmentApp.CreateBuilder();
        builder.Configuration["Storage:Path"] = folder;
        builder.Configuration["Urls"] = $"http://127.0.0.1:{port}";
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<PlainOrders>(services, Path.Combine(folder, SqliteDatabase.FileName)));
        await using var app = await FulfilmentApp.BuildAsync(builder, app => app.MapPost("/plain/orders", app.Services.GetRequiredService<PlainOrders>().PlaceAsync));
        await app.StartAsync();
        Console.WriteLine("READY");
        await app.WaitForShutdownAsync();
    }

    internal sealed class PlainOrders(string file, ICatalogue catalogue, IdGenerator ids, ICodeProtection codes) : IDisposable
    {
        private readonly SemaphoreSlim _lock = new(1);
        private readonly string _connectionString = new SqliteConnectionStringBuilder { DataSource = file }.ToString();

        public void Dispose() => _lock.Dispose();

        public async Task PlaceAsync(HttpContext http)
        {
            var body = await JsonBody<OrderRequest>.BindAsync(http);
            var key = http.Request.Headers.Authorization.ToString()["Bearer ".Length..];
            var owner = catalogue.Current.FindKey(SHA256.HashData(Encoding.UTF8.GetBytes(key)))!.Owner;
            var storefront = catalogue.Current.FindStorefront(owner.Code)!;
            var request = body!.Value;
            var line = request.Lines[0];
            var sku = catalogue.Current.FindSku(line.Sku)!;

            await _lock.WaitAsync();
            try
            {
                await using var connection = new SqliteConnection(_connectionString);
                await connection.OpenAsync();
                await connection.ExecuteAsync("PRAGMA synchronous = FULL");
                await using var transaction = connection.BeginTransaction(deferred: false);
                var (orderId, lineId, unitId) = (ids.Next(), ids.Next(), ids.Next());
                var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
                var stored = await connection.QuerySingleOrDefaultAsync<long?>(
                    "SELECT id FROM orders WHERE storefront_id = @Id AND client_reference = @ClientReference", new { storefront.Id, request.ClientReference }, transaction);
                if (stored is not null)
                {
                    http.Response.StatusCode = StatusCodes.Status200OK;
                    return;
                }

                var (keyId, batchId, code) = await connection.QuerySingleAsync<(long, long, byte[])>(
                    "SELECT id, batch_id, code FROM card_keys WHERE sku_id = @Id AND state = 10 ORDER BY expires_on, batch_id, id LIMIT 1", new { sku.Id }, transaction);
                await connection.ExecuteAsync("UPDATE card_keys SET state = 13 WHERE id = @keyId AND state = 10", new { keyId }, transaction);
                var amount = sku.Price.TenThousandths;
                await connection.ExecuteAsync("""
                    INSERT INTO orders (id, storefront_id, client_reference, content_hash, status, version, currency, amount, open_units, allow_partial, source, completed_at)
                    VALUES (@orderId, @storefront, @ClientReference, x'00', 20, 1, @Currency, @amount, 0, 0, 1, @now)
                    """, new { orderId, storefront = storefront.Id, request.ClientReference, request.Currency, amount, now }, transaction);
                await connection.ExecuteAsync("""
                    INSERT INTO order_lines (order_id, id, storefront_id, sku_id, status, quantity, unit_price) VALUES (@orderId, @lineId, @storefront, @sku, 20, 1, @amount)
                    """, new { orderId, lineId, storefront = storefront.Id, sku = sku.Id, amount }, transaction);
                await connection.ExecuteAsync("""
                    INSERT INTO units (order_id, id, line_id, state, card_key_id, delivered_at) VALUES (@orderId, @unitId, @lineId, 20, @keyId, @now)
                    """, new { orderId, unitId, lineId, keyId, now }, transaction);
                await connection.ExecuteAsync(
                    "INSERT INTO custody_entries (card_key_id, sequence, state, at, unit_id, seal) VALUES (@keyId, 1, 13, @now, @unitId, zeroblob(32))", new { keyId, now, unitId }, transaction);
                const string Transfer = """
                    INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency, order_id)
                    VALUES (@id, @kind, @debit, @from, @credit, @to, @amount, 'CNY', @orderId)
                    """;
                await connection.ExecuteAsync(Transfer, new { id = ids.Next(), kind = 1, debit = 1, from = storefront.Id, credit = 3, to = sku.Id, amount, orderId }, transaction);
                await connection.ExecuteAsync(Transfer, new { id = ids.Next(), kind = 2, debit = 4, from = sku.Id, credit = 5, to = batchId, amount = 1, orderId }, transaction);
                await connection.ExecuteAsync(
                    "INSERT INTO outbox (id, storefront_id, type, order_id, status, version) VALUES (@id, @storefront, 1, @orderId, 20, 1)", new { id = ids.Next(), storefront = storefront.Id, orderId }, transaction);
                await connection.ExecuteAsync("""
                    INSERT INTO wallets (storefront_id, currency, balance, held) VALUES (@Id, 'CNY', -@amount, 0)
                    ON CONFLICT (storefront_id, currency) DO UPDATE SET balance = balance - @amount
                    """, new { storefront.Id, amount }, transaction);
                await transaction.CommitAsync();
                http.Response.StatusCode = StatusCodes.Status201Created;
                await http.Response.WriteAsJsonAsync(new { id = PublicId.Format(PublicId.Order, orderId), code = codes.Reveal(keyId, code).Secret });
            }
            finally
            {
                _lock.Release();
            }
        }
    }
}
