using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;
using Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer;

/// <summary>Stores that build their statements in every way ours do, and in some that they must not.</summary>
public sealed class PlantedSources
{
    [Fact]
    public void Texts_AreFollowedThroughEverythingTheyAreMadeOf() => Finds("""
        private const string Columns = "id, code";
        private static readonly string[] Kinds = ["a", "b"];
        private const string Table = "shops";
        public Task<IEnumerable<long>> A(DbConnection c, bool some, Shape shape) => c.QueryAsync<long>($"SELECT {Columns} FROM {Table}{(some ? " WHERE id > 0" : "")}" + Order(shape));
        private static string Order(Shape shape) => shape switch { Shape.Up => " ORDER BY id", Shape.Down => " ORDER BY id DESC", _ => throw new ArgumentException("") };
        """,
        "SELECT id, code FROM shops ORDER BY id", "SELECT id, code FROM shops ORDER BY id DESC",
        "SELECT id, code FROM shops WHERE id > 0 ORDER BY id", "SELECT id, code FROM shops WHERE id > 0 ORDER BY id DESC");

    [Fact]
    public void OneCondition_GoesOneWay() => Finds("""
        public Task<int> A(DbConnection c, bool some) => c.ExecuteAsync($"DELETE FROM {(some ? "a" : "b")} WHERE {(some ? "a_id" : "b_id")} = 1");
        """,
        "DELETE FROM a WHERE a_id = 1", "DELETE FROM b WHERE b_id = 1");

    [Fact]
    public void Helpers_AreReadOnceForEachCaller() => Finds("""
        public Task A(DbConnection c) => Run(c, "DELETE FROM a WHERE id = @id", new { id = 1L });
        public Task B(DbConnection c) => Run(c, "DELETE FROM b WHERE code = @code", new { code = "b" });
        private static Task Run(DbConnection c, string sql, object parameters) => Really(c, sql, parameters);
        private static Task Really(DbConnection c, string text, object with) => c.ExecuteAsync(new CommandDefinition(text, with));
        """,
        "DELETE FROM a WHERE id = @id [id BigInt]", "DELETE FROM b WHERE code = @code [code Text]");

    [Fact]
    public void Lambdas_TuplesAndLists_AreFollowed() => Finds("""
        public Task<IEnumerable<long>> A(DbConnection c) => c.QueryAsync<long>(Merge(n => $"SELECT {n}"));
        private static string Merge(Func<string, string> one) => string.Join(" UNION ALL ", new[] { 1, 2 }.Select(i => one(i.ToString())));
        public Task<int> B(DbConnection c, bool some) { var (first, second) = some ? ("DELETE FROM a", "x") : ("DELETE FROM b", "y"); return c.ExecuteAsync(first); }
        """,
        "SELECT 1", "SELECT 1 UNION ALL SELECT 1", "DELETE FROM a", "DELETE FROM b");

    [Fact]
    public void Parameters_HaveTheirTypes() => Finds("""
        public Task<int> A(DbConnection c, Shape shape, long? id, byte[] hash, List<long> ids, bool on) => c.ExecuteAsync("SET @x", new { shape, id, hash, ids, on });
        public Task<int> B(DbConnection c, IEnumerable<(long, string)> rows) => c.ExecuteAsync("SET @y", rows.Select(row => new { a = row.Item1, b = row.Item2 }));
        public Task<int> C(DbConnection c) { var all = new DynamicParameters(new { a = 1 }); all.Add("b", "x"); return c.ExecuteAsync("SET @z", all); }
        public Task<int> E(DbConnection c) { var all = Made(1L); all.AddDynamicParams(new { code = "x" }); return c.ExecuteAsync("SET @v", all); }
        private static DynamicParameters Made(long id) => new(new { id });
        public Task<int> G(DbConnection c, Own own) => c.ExecuteAsync("SET @t", new { own });
        public void F(DbCommand command) { command.CommandText = "SET @u"; Bind(command); }
        private static void Bind(DbCommand command) { Add("@u", 1); void Add(string name, int value) { var p = command.CreateParameter(); (p.ParameterName, p.DbType, p.Value) = (name, System.Data.DbType.Int32, value); } }
        public void D(DbCommand command) { command.CommandText = "SET @w"; var p = command.CreateParameter(); (p.ParameterName, p.DbType, p.Value) = ("@w", System.Data.DbType.Int64, 1L); }
        """,
        "SET @x [shape Int, id BigInt, hash Binary, ids BigInt list, on Bit]", "SET @y [a BigInt, b Text]", "SET @z [a Int, b Text]", "SET @w [w BigInt]", "SET @v [id BigInt, code Text]", "SET @u [u Int]", "SET @t [own Text]");

    [Theory]
    [InlineData("public Task<int> A(DbConnection c) => c.ExecuteAsync(System.IO.File.ReadAllText(\"x\"));", "cannot be told from the sources")]
    [InlineData("public Task<int> A(DbConnection c, string[] any) => c.ExecuteAsync($\"DELETE FROM a WHERE {any[0]}\");", "cannot be told from the sources")]
    [InlineData("public Task<int> A(DbConnection c, string any) => c.ExecuteAsync(any);", "which nobody calls directly")]
    [InlineData("public Task<int> A(DbConnection c, object any) => c.ExecuteAsync(\"DELETE FROM a\", any);", "which nobody calls directly")]
    [InlineData("public const string Lost = \"DELETE FROM a\";", "no call was found that sends it")]
    [InlineData("public Task<int> A(DbConnection c) => c.ExecuteAsync(null!);", "never anything but null")]
    public void WhatIsNotUnderstood_IsAProblem(string source, string problem) =>
        Assert.Contains(Collect(source).Problems, found => found.Contains(problem, StringComparison.Ordinal) && found.StartsWith("Planted.cs:", StringComparison.Ordinal));

    [Theory]
    [InlineData("c.QueryAsync<Pair>(\"SELECT 1 AS id, N'x' AS code\")", "Pair has no constructor for (int id, string code)")]
    [InlineData("c.QueryAsync<Pair>(\"SELECT CAST(1 AS bigint) AS id\")", "Pair has no constructor for (long id)")]
    [InlineData("c.QueryAsync<(long, long)>(\"SELECT 1, 2, 3\")", "a row of 3 columns becomes a tuple of 2")]
    [InlineData("c.QueryAsync<long>(\"SELECT 1, 2\")", "a row of 2 columns becomes one value")]
    [InlineData("c.QueryAsync<Settable>(\"SELECT 1 AS id, 2 AS shop_idd\")", "Settable has no property for shop_idd")]
    [InlineData("c.QueryAsync<Pair>(\"SELECT CAST(1 AS bigint) AS id, N'x' AS code\")", null)]
    [InlineData("c.QueryAsync<Settable>(\"SELECT 1 AS id, 2 AS shop_id\")", null)]
    public void RowsThatDapperCannotMake_AreMisfits(string call, string? misfit)
    {
        var statement = Assert.Single(Collect($"public object A(DbConnection c) => {call};").Statements);
        var outcome = StatementCheck.Check(statement.Text, statement.Parameters, new SqlSchema());
        Assert.Empty(outcome.Complaints);
        Assert.Equal(misfit, RowShape.Misfit(statement.Rows[0], outcome.Results[0]));
    }

    private static void Finds(string members, params string[] statements)
    {
        var found = Collect(members);
        Assert.Empty(found.Problems);
        Assert.Equal(statements.Order(StringComparer.Ordinal), found.Statements.Select(Describe).Order(StringComparer.Ordinal));
    }

    private static string Describe(Statement statement) => statement.Parameters.Count == 0
        ? statement.Text
        : $"{statement.Text} [{string.Join(", ", statement.Parameters.Select(parameter => $"{parameter.Name} {parameter.Kind}{(parameter.IsList ? " list" : "")}"))}]";

    private static Collection Collect(string members) => new Collector(
        SourceCode.Of($$"""
            using System.Data.Common;
            using Dapper;
            public enum Shape { Up, Down }
            public sealed record Pair(long Id, string Code);
            public class Base { public long Id { get; init; } }
            public sealed class Own : SqlMapper.ICustomQueryParameter
            {
                public void AddParameter(System.Data.IDbCommand command, string name) { var p = command.CreateParameter(); (p.ParameterName, p.DbType) = (name, System.Data.DbType.String); }
            }
            public sealed class Settable : Base { public long ShopId { get; init; } }
            public sealed class Store
            {
                {{members}}
            }
            """),
        SqliteDialect.Instance,
        new Dictionary<string, string[]>(),
        path => path == "Planted.cs").Collect();
}
