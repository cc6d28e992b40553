using Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer;

/// <summary>Statements with one mistake each, which the check has to refuse and name; and their neighbours without, which it has to take.</summary>
public sealed class PlantedMistakes
{
    private const string Script = """
        CREATE TABLE shops (
            id BIGINT NOT NULL, code NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL, note NVARCHAR(MAX) NULL,
            CONSTRAINT shops_pk PRIMARY KEY CLUSTERED (id), CONSTRAINT shops_code UNIQUE (code));
        CREATE TABLE orders (
            id BIGINT NOT NULL, shop_id BIGINT NOT NULL, status BIGINT NOT NULL CONSTRAINT orders_status DEFAULT 1, hash VARBINARY(32) NULL, [value] BIGINT NULL,
            CONSTRAINT orders_pk PRIMARY KEY CLUSTERED (id));
        GO
        CREATE TRIGGER orders_changed ON orders AFTER UPDATE AS IF UPDATE(status) UPDATE s SET note = NULL FROM shops AS s JOIN inserted AS i ON i.shop_id = s.id;
        GO
        CREATE INDEX orders_shop ON orders (shop_id, id) INCLUDE (status) WHERE status = 1;
        """;

    private static readonly SqlParameterType[] Parameters =
    [
        new("id", SqlKind.BigInt), new("code", SqlKind.Text), new("hash", SqlKind.Binary), new("limit", SqlKind.Int), new("ids", SqlKind.BigInt, IsList: true), new("json", SqlKind.Text),
    ];

    [Theory]
    [InlineData("SELECT id FROM shop", "there is no table 'shop'")]
    [InlineData("SELECT id FROM Shops", "there is no table 'Shops'")]
    [InlineData("SELECT name FROM shops", "there is no column 'name'")]
    [InlineData("SELECT s.id FROM shops AS t", "there is no table or alias 's'")]
    [InlineData("SELECT s.name FROM shops AS s", "there is no column 's.name'")]
    [InlineData("SELECT id FROM shops AS s JOIN orders AS o ON o.shop_id = s.id", "'id' is ambiguous: s, o")]
    [InlineData("SELECT o.id FROM shops AS s JOIN (SELECT id FROM orders WHERE shop_id = s.id) AS o ON 1 = 1", "there is no table or alias 's'")]
    [InlineData("SELECT 1 FROM shops AS s JOIN shops AS s ON 1 = 1", "two tables are called 's'")]
    [InlineData("SELECT id AS number FROM shops WHERE number = 1", "there is no column 'number'")]
    [InlineData("SELECT id FROM shops WHERE \"open\" = 1", "there is no column '\"open\"'")]
    public void Names(string text, string complaint) => Refused(text, complaint);

    [Theory]
    [InlineData("INSERT INTO shops (id, code) VALUES (@id)", "names 2 columns and gives 1")]
    [InlineData("INSERT INTO shops (id, code) SELECT @id, @code, 1 WHERE NOT EXISTS (SELECT 1 FROM shops)", "names 2 columns and gives 3")]
    [InlineData("INSERT INTO shops (id) VALUES (@id)", "leaves out code")]
    [InlineData("INSERT INTO shops VALUES (@id, @code, NULL)", "INSERT without its columns")]
    [InlineData("INSERT INTO shops (id, code, code) VALUES (@id, @code, @code)", "names 'code' twice")]
    [InlineData("INSERT INTO shops (id, code) VALUES (@id, NULL)", "'code' must not be null")]
    [InlineData("INSERT INTO shops (id, cod) VALUES (@id, @code)", "has no column 'cod'")]
    [InlineData("UPDATE shops SET code = NULL WHERE id = @id", "'code' must not be null")]
    [InlineData("UPDATE shops SET nam = @code WHERE id = @id", "has no column 'nam'")]
    [InlineData("UPDATE shops SET code = @code FROM orders AS o WHERE o.id = @id", "is not called so in FROM")]
    [InlineData("UPDATE shops SET code = @code OUTPUT inserted.nam WHERE id = @id", "there is no column 'inserted.nam'")]
    [InlineData("UPDATE orders SET status = 2 OUTPUT inserted.id WHERE id = @id", "'orders' has a trigger, so OUTPUT needs INTO")]
    [InlineData("DECLARE @t TABLE (id BIGINT); DELETE FROM shops OUTPUT deleted.id, deleted.code INTO @t WHERE id = @id", "OUTPUT of 2 columns into 1")]
    [InlineData("SELECT id, code FROM shops UNION ALL SELECT id FROM orders", "has 1 columns, the one before 2")]
    [InlineData("SELECT a FROM (SELECT id, code FROM shops) AS t (a)", "lists 1 columns and selects 2")]
    [InlineData("SELECT x.a FROM (VALUES (1, 2), (3)) AS x (a, b)", "a row of 1 values")]
    [InlineData("SELECT id FROM shops WHERE id IN (SELECT id, code FROM shops)", "a query of 2 columns where one value is needed")]
    public void Widths(string text, string complaint) => Refused(text, complaint);

    [Theory]
    [InlineData("SELECT id FROM shops WHERE id = @shop", "@shop is neither supplied as a parameter nor declared")]
    [InlineData("SELECT id FROM shops WHERE id = @ID", "@ID is written @id")]
    [InlineData("SET @n = 1", "@n is neither supplied")]
    [InlineData("DECLARE @id BIGINT = 1; SELECT @id AS id", "@id is declared, and supplied")]
    [InlineData("DELETE FROM shops WHERE id IN (SELECT id FROM @gone)", "there is no table variable @gone")]
    [InlineData("SELECT id FROM shops WHERE id = @ids", "@ids is a list")]
    public void Parameter(string text, string complaint) => Refused(text, complaint);

    // The server's own collation decides, and the usual one knows no case. Dapper sends both.
    [Fact]
    public void ParametersThatDifferInCaseAlone()
    {
        var schema = new SchemaReader();
        Assert.Empty(schema.Read(Script));
        var outcome = StatementCheck.Check("UPDATE orders SET status = @Status WHERE status = @status", [new("Status", SqlKind.BigInt), new("status", SqlKind.BigInt)], schema.Schema);
        Assert.Contains("@Status and @status differ in case alone, which the server takes for the same", outcome.Complaints);
    }

    [Theory]
    [InlineData("SELECT id FROM shops WHERE id = @code", "BigInt and Text side by side")]
    [InlineData("SELECT id FROM shops WHERE code = 1", "Text and Int side by side")]
    [InlineData("SELECT id FROM orders WHERE hash = 'ab'", "Binary and Text side by side")]
    [InlineData("UPDATE shops SET code = @id WHERE id = @id", "'code' is Text and is given BigInt")]
    [InlineData("INSERT INTO orders (id, shop_id, hash) VALUES (@id, @id, @code)", "'hash' is Binary and is given Text")]
    [InlineData("SELECT code + id AS both FROM shops", "use concat()")]
    [InlineData("SELECT coalesce(code, 0) AS code FROM shops", "Text and Int side by side")]
    [InlineData("SELECT sum(code) AS s FROM shops", "'sum' of Text")]
    [InlineData("SELECT id FROM shops UNION ALL SELECT code FROM shops", "is BigInt in one branch and Text in another")]
    [InlineData("SELECT j.id FROM OPENJSON(@json) WITH (id NVARCHAR(20) '$.id') AS j JOIN shops AS s ON s.id = j.id", "Text side by side")]
    public void Types(string text, string complaint) => Refused(text, complaint);

    [Theory]
    [InlineData("SELCT id FROM shops", "")]
    [InlineData("UPDAT shops SET code = 1", "")]
    [InlineData("DELETE FROM shops WHERE id = @id RETURNING id", "")]
    [InlineData("SELECT id FROM shops WHERE id > @id LIMIT @limit", "")]
    [InlineData("SELECT id FROM shops ORDER BY id LIMIT @limit", "")]
    [InlineData("COMIT", "'COMIT' would be called as a procedure")]
    [InlineData("sp_getapplock @Resource = N'r'", "'sp_getapplock' would be called as a procedure")]
    [InlineData("VACUUM", "'VACUUM' would be called as a procedure")]
    [InlineData("EXEC sp_who2", "there is no procedure 'sp_who2'")]
    [InlineData("EXEC (N'SELECT 1')", "EXEC of a text")]
    public void Leftovers(string text, string complaint) => Refused(text, complaint);

    [Theory]
    [InlineData("SELECT max(id, @id) AS m FROM shops", "'max' with 2 arguments")]
    [InlineData("SELECT ifnull(note, code) AS n FROM shops", "there is no function 'ifnull'")]
    [InlineData("SELECT substr(code, 1, 2) AS c FROM shops", "there is no function 'substr'")]
    [InlineData("SELECT length(code) AS l FROM shops", "there is no function 'length'")]
    [InlineData("SELECT value FROM json_each(@json)", "")]
    [InlineData("SELECT id FROM shops WHERE (id, code) > (@id, @code)", "")]
    [InlineData("SELECT id, code || 'x' AS c FROM shops", "")]
    [InlineData("SELECT code = 'a' FROM shops WHERE code == 'a'", "")]
    [InlineData("INSERT INTO shops (id, code) VALUES (@id, @code) ON CONFLICT (code) DO NOTHING", "")]
    [InlineData("INSERT OR IGNORE INTO shops (id, code) VALUES (@id, @code)", "")]
    [InlineData("SELECT id FROM shops INDEXED BY shops_code WHERE code = @code", "")]
    [InlineData("SELECT x'00' AS b FROM shops", "")]
    [InlineData("SELECT id FROM shops WHERE note = NULL", "a comparison with NULL")]
    [InlineData("SELECT CAST(code AS TEXT) AS c FROM shops", "the type 'TEXT' is old")]
    [InlineData("SELECT code COLLATE NOCASE AS c FROM shops", "the collation 'NOCASE'")]
    [InlineData("SELECT id FROM shops WHERE true", "")]
    [InlineData("SELECT id, (note IS NULL) AS n FROM shops", "")]
    public void OfSqlite(string text, string complaint) => Refused(text, complaint);

    [Theory]
    [InlineData("SELECT shop_id, status, sum(id) AS s FROM orders GROUP BY shop_id", "'status' is neither in GROUP BY nor in an aggregate")]
    [InlineData("SELECT shop_id, count(*) AS n FROM orders", "'shop_id' is neither in GROUP BY")]
    [InlineData("SELECT shop_id FROM orders GROUP BY 1", "GROUP BY takes no numbers")]
    [InlineData("SELECT id FROM orders WHERE count(*) > 1", "an aggregate in WHERE")]
    [InlineData("SELECT sum(CASE WHEN EXISTS (SELECT 1 FROM shops AS s WHERE s.id = o.shop_id) THEN 1 ELSE 0 END) AS n FROM orders AS o", "a query inside the aggregate")]
    [InlineData("SELECT id FROM orders WHERE shop_id IN (SELECT id FROM shops ORDER BY id)", "The ORDER BY clause is not valid")]
    [InlineData("SELECT DISTINCT shop_id FROM orders ORDER BY id", "DISTINCT is ordered by 'id'")]
    [InlineData("SELECT id FROM shops UNION ALL SELECT id FROM orders ORDER BY code", "a UNION is ordered by 'code'")]
    [InlineData("SELECT t.n FROM (SELECT count(*) FROM shops) AS t", "column 1 of 't' has no name")]
    [InlineData("SELECT t.id FROM (SELECT s.id, o.id FROM shops AS s JOIN orders AS o ON o.shop_id = s.id) AS t", "has two columns 'id'")]
    [InlineData("SELECT n FROM (SELECT count(*) AS n FROM shops)", "")]
    public void Shapes(string text, string complaint) => Refused(text, complaint);

    [Theory]
    [InlineData("MERGE INTO shops AS s USING (SELECT 1 AS id) AS n ON n.id = s.id WHEN MATCHED THEN DELETE;", "MERGE")]
    [InlineData("CREATE OR ALTER PROCEDURE p AS SELECT 1", "CREATE OR ALTER")]
    [InlineData("USE other", "USE")]
    [InlineData("SELECT id FROM other.dbo.shops", "names another database")]
    [InlineData("SELECT id FROM shops WITH (NOLOCK)", "NOLOCK")]
    [InlineData("SELECT greatest(1, 2) AS g", "there is no function 'greatest'")]
    public void Forbidden(string text, string complaint) => Refused(text, complaint);

    [Theory]
    [InlineData("CREATE TABLE t (id BIGINT NOT NULL, INDEX t_id (id))", "an index inside CREATE TABLE")]
    [InlineData("CREATE UNIQUE INDEX u ON shops (note) WITH (IGNORE_DUP_KEY = ON)", "IGNORE_DUP_KEY")]
    [InlineData("CREATE INDEX i ON shops (nam)", "there is no column 'nam'")]
    [InlineData("CREATE INDEX i ON shops (code) WHERE nam = 1", "there is no column 'nam'")]
    [InlineData("CREATE INDEX orders_shop ON orders (id)", "there is an index 'orders_shop'")]
    [InlineData("CREATE TABLE shops (id BIGINT NOT NULL)", "there is a table 'shops' already")]
    [InlineData("CREATE TABLE t (id BIGINT NOT NULL, old DATETIME NOT NULL)", "the type 'DATETIME' is old")]
    [InlineData("CREATE TABLE t (id BIGINT NOT NULL REFERENCES shop (id))", "there is no table 'shop'")]
    [InlineData("ALTER TABLE shops ADD kind BIGINT NOT NULL", "'kind' is added NOT NULL without a default")]
    [InlineData("ALTER TABLE shops ADD code BIGINT NULL", "has a column 'code' already")]
    [InlineData("ALTER TABLE shops ADD kind BIGINT NULL; UPDATE shops SET kind = 1", "has no column 'kind'")]
    [InlineData("CREATE TRIGGER t ON shops AFTER UPDATE AS UPDATE o SET status = i.state FROM orders AS o JOIN inserted AS i ON i.id = o.shop_id", "there is no column 'i.state'")]
    [InlineData("CREATE TRIGGER t ON shops AFTER UPDATE AS IF UPDATE(state) RETURN", "there is no column 'state'")]
    [InlineData("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)", "")]
    public void Scripts(string script, string complaint)
    {
        var schema = new SchemaReader();
        Assert.Empty(schema.Read(Script));
        Refused(schema.Read(script), complaint);
    }

    [Theory]
    [InlineData("SELECT s.id, s.code FROM shops AS s WHERE s.id IN @ids AND s.code LIKE @code ORDER BY s.id OFFSET 0 ROWS FETCH NEXT @limit ROWS ONLY")]
    [InlineData("INSERT INTO shops (id, code) SELECT @id, @code WHERE NOT EXISTS (SELECT 1 FROM shops WHERE code = @code)")]
    [InlineData("UPDATE o SET shop_id = s.id FROM orders AS o JOIN shops AS s ON s.id = o.shop_id WHERE s.code = @code AND o.hash = @hash")]
    [InlineData("UPDATE s SET code = concat(s.code, s.id) OUTPUT inserted.id, deleted.code, o.id AS first FROM shops AS s JOIN orders AS o ON s.id = o.shop_id WHERE o.hash = @hash")]
    [InlineData("WITH n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 9) SELECT n.id FROM n")]
    [InlineData("SELECT shop_id, CAST(count(*) AS bigint) AS n, sum(CASE WHEN status = 1 THEN [value] ELSE 0 END) AS v FROM orders GROUP BY shop_id HAVING sum(id) > 0 ORDER BY n DESC, shop_id")]
    [InlineData("SELECT id FROM orders WHERE status = 1 UNION ALL SELECT id FROM orders WHERE status = 2 ORDER BY 1 DESC OFFSET 0 ROWS FETCH NEXT @limit ROWS ONLY")]
    [InlineData("DECLARE @new TABLE (id BIGINT NOT NULL); INSERT INTO orders (id, shop_id) OUTPUT inserted.id INTO @new (id) SELECT j.id, j.shop FROM OPENJSON(@json) WITH (id BIGINT '$.i', shop BIGINT '$.s') AS j; SELECT n.id FROM @new AS n")]
    [InlineData("SET NOCOUNT ON; BEGIN TRY BEGIN TRANSACTION; DELETE FROM orders WHERE id = @id; IF @@ROWCOUNT = 0 THROW 50001, N'gone', 1; COMMIT; END TRY BEGIN CATCH IF XACT_STATE() <> 0 ROLLBACK; THROW; END CATCH")]
    [InlineData("DECLARE @locked INT; EXEC @locked = sp_getapplock @Resource = N'r', @LockMode = N'Exclusive', @LockTimeout = 1000; SELECT @locked AS locked")]
    [InlineData("SELECT s.id, last.id AS last FROM shops AS s OUTER APPLY (SELECT TOP (1) o.id FROM orders AS o WHERE o.shop_id = s.id ORDER BY o.id DESC) AS last")]
    [InlineData("SELECT id, row_number() OVER (PARTITION BY shop_id ORDER BY id) AS place, DATEDIFF_BIG(millisecond, '1970-01-01', SYSUTCDATETIME()) AS now FROM orders")]
    [InlineData("SELECT s.code, (SELECT max(o.id) FROM orders AS o WHERE o.shop_id = s.id) AS last FROM shops AS s WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.shop_id = s.id)")]
    public void RightOnes_AreTaken(string text) => Assert.Empty(Check(text));

    private static void Refused(string text, string complaint) => Refused(Check(text), complaint);

    // An empty complaint: the parser refuses it, in its own words.
    private static void Refused(IReadOnlyList<string> complaints, string complaint) =>
        Assert.Contains(complaints, found => complaint.Length == 0 ? found.Contains("line 1", StringComparison.Ordinal) : found.Contains(complaint, StringComparison.Ordinal));

    private static IReadOnlyList<string> Check(string text)
    {
        var schema = new SchemaReader();
        Assert.Empty(schema.Read(Script));
        return StatementCheck.Check(text, Parameters, schema.Schema).Complaints;
    }
}
