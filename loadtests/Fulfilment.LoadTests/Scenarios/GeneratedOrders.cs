using System.Diagnostics;
using System.Globalization;
using Dapper;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>
/// Fills a database with a year of orders by a few set-based statements: one code an order, every second order for one of a million people, and one
/// in a thousand in each unusual status. Indexes are dropped first and made again afterwards, which is what makes it minutes.
/// </summary>
internal static class GeneratedOrders
{
    public const string Heavy = "13800000000";
    public const string HeavyBuyer = "buyer-0";
    public const int People = 1_000_003;

    // The time of order i; ids carry it. 4194304 is the room of an id within a millisecond.
    private const long FirstMs = 600L * 86_400_000;
    private const long YearMs = 365L * 86_400_000;

    public static long IdOf(long order, long orders) => (FirstMs + (order * (YearMs / orders))) << 22;

    /// <summary>How long it took.</summary>
    public static TimeSpan Fill(string folder, long orders, IReadOnlyList<string> storefronts, IReadOnlyList<string> skus)
    {
        var started = Stopwatch.GetTimestamp();
        using var keys = new PersonalDataProtection(KeyFile.Load(folder));
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, SqliteDatabase.FileName)};Pooling=False");
        connection.Open();
        connection.Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY");
        connection.CreateFunction("sealed", (long owner, string text) => keys.Protect(owner, text), isDeterministic: false);
        connection.CreateFunction("hashed", (string text) => Hash(keys, text), isDeterministic: true);
        var indexes = connection.Query<(string Name, string Sql)>(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('orders', 'order_lines', 'units', 'card_keys', 'transfers', 'deposits')").ToList();
        foreach (var (name, _) in indexes)
        {
            connection.Execute($"DROP INDEX {name}");
        }

        // Of ten orders seven are the first storefront's; the last SKU is sold once in twenty thousand.
        connection.Execute("CREATE TEMP TABLE shop (slot INTEGER NOT NULL PRIMARY KEY, id INTEGER NOT NULL); INSERT INTO shop (slot, id) " + Values(10, slot => $"(SELECT id FROM storefronts WHERE code = '{storefronts[slot < 7 ? 0 : slot - 6]}')"));
        connection.Execute("CREATE TEMP TABLE goods (slot INTEGER NOT NULL PRIMARY KEY, id INTEGER NOT NULL); INSERT INTO goods (slot, id) " + Values(skus.Count, slot => $"(SELECT id FROM skus WHERE code = '{skus[slot]}')"));
        foreach (var statement in Statements(orders, skus.Count))
        {
            connection.Execute(statement, commandTimeout: 0);
        }

        foreach (var (_, sql) in indexes)
        {
            connection.Execute(sql, commandTimeout: 0);
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private static IEnumerable<string> Statements(long orders, int skus)
    {
        var last = skus - 1;
        var step = YearMs / orders;

        // One row an order: its number, id, storefront, SKU, status and person. The newest five hundred are held.
        yield return string.Create(CultureInfo.InvariantCulture, $"""
            CREATE TEMP VIEW made AS
            WITH RECURSIVE number (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM number WHERE i < {orders - 1})
            SELECT i, ({FirstMs} + i * {step}) << 22 AS id, {FirstMs + 1_704_067_200_000} + i * {step} AS at,
                   (SELECT id FROM shop WHERE slot = (i / 7) % 10) AS shop,
                   (SELECT id FROM goods WHERE slot = CASE WHEN i % 20000 = 777 THEN {last} ELSE (i / 13) % {last} END) AS sku,
                   CASE WHEN i >= {orders - 500} THEN 10 WHEN i % 100000 = 99999 THEN 11 ELSE CASE i % 1000 WHEN 1 THEN 21 WHEN 2 THEN 22 WHEN 3 THEN 23 WHEN 4 THEN 24 ELSE 20 END END AS status,
                   CASE WHEN i % 2 = 0 THEN CASE WHEN i % 1000 = 10 THEN '{Heavy}' ELSE '139' || substr('0000000' || ((i / 2) % {People}), -8) END END AS person
            FROM number
            """);
        yield return """
            INSERT INTO orders (id, storefront_id, client_reference, content_hash, status, version, currency, amount, open_units, allow_partial, source,
                                buyer, buyer_reference_hash, completed_at, due_at)
            SELECT id, shop, 'R-' || i, randomblob(16), status, 1, 'CNY', 125000, CASE WHEN status < 20 THEN 1 ELSE 0 END, 0, 1,
                   CASE WHEN i % 4 = 0 THEN sealed(id, '{"reference":"buyer-' || ((i / 4) % 500000) || '"}') END, CASE WHEN i % 4 = 0 THEN hashed('buyer-' || ((i / 4) % 500000)) END,
                   CASE WHEN status >= 20 THEN at END, CASE WHEN status < 20 THEN at + 600000 END
            FROM made
            """;
        yield return """
            INSERT INTO order_lines (order_id, id, storefront_id, sku_id, status, quantity, unit_price, recipient, recipient_hash, order_status)
            SELECT id, id + 1, shop, sku, status, 1, 125000, CASE WHEN person IS NOT NULL THEN sealed(id + 1, person) END, CASE WHEN person IS NOT NULL THEN hashed(person) END, status FROM made
            """;
        yield return """
            INSERT INTO units (order_id, id, line_id, state, card_key_id, delivered_at, due_at)
            SELECT id, id + 2, id + 1, CASE status WHEN 10 THEN 11 WHEN 11 THEN 12 WHEN 20 THEN 20 WHEN 21 THEN 20 WHEN 23 THEN 22 WHEN 24 THEN 24 ELSE 21 END,
                   CASE WHEN status IN (10, 20, 21, 24) THEN id + 3 END, CASE WHEN status IN (20, 21, 24) THEN at END, CASE WHEN status < 20 THEN at + 600000 END
            FROM made
            """;
        yield return """
            INSERT INTO card_keys (id, sku_id, batch_id, state, expires_on, fingerprint, code)
            SELECT id + 3, sku, 1, CASE status WHEN 10 THEN 11 ELSE 13 END, 740000, randomblob(16), randomblob(60) FROM made WHERE status IN (10, 20, 21, 24)
            """;

        // A sale of each delivered order, and one deposit for ten thousand orders.
        yield return """
            INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency, order_id)
            SELECT id + 4, 1, 1, shop, 3, sku, 125000, 'CNY', id FROM made WHERE status IN (20, 21, 24)
            """;
        yield return """
            INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency)
            SELECT id + 5, 4, 7, 0, 1, shop, 1250000000, CASE i % 30000 WHEN 0 THEN 'USD' ELSE 'CNY' END FROM made WHERE i % 10000 = 0
            """;
        yield return "INSERT INTO deposits (transfer_id, storefront_id, reference, balance, held) SELECT id, credit_subject, 'bank ' || id, 0, 0 FROM transfers WHERE kind = 4";
        yield return "INSERT OR IGNORE INTO wallets (storefront_id, currency, balance, held) SELECT id, 'CNY', 0, 0 FROM storefronts UNION ALL SELECT id, 'USD', 0, 0 FROM storefronts";
    }

    private static string Values(int count, Func<int, string> value) =>
        "VALUES " + string.Join(", ", Enumerable.Range(0, count).Select(slot => string.Create(CultureInfo.InvariantCulture, $"({slot}, {value(slot)})")));

    private static byte[] Hash(PersonalDataProtection keys, string text)
    {
        var hash = new byte[IPersonalDataProtection.HashSize];
        keys.LookupHash(text, hash);
        return hash;
    }
}
