using Dapper;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Tests.Storage;

[Trait("Engine", "Sqlite")]
public sealed class BundledSqliteTests
{
    /// <summary>The managed provider and the native library come from different packages; a bad pair fails only at run time.</summary>
    [Fact]
    public void Sqlite_Runs_AndKnowsReturning()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();

        connection.Execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT");
        var id = connection.QuerySingle<long>("INSERT INTO t (name) VALUES (@name) RETURNING id", new { name = "卡密" });

        Assert.Equal(1, id);
        Assert.True(Version.Parse(connection.ServerVersion) >= new Version(3, 50), connection.ServerVersion);
    }
}
