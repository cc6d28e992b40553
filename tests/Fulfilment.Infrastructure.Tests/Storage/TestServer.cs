using System.Security.Cryptography;
using Microsoft.Data.SqlClient;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>A new database on the SQL Server that <c>FULFILMENT_TEST_SQLSERVER</c> names.</summary>
internal sealed class TestServer
{
    public const string Variable = "FULFILMENT_TEST_SQLSERVER";

    private readonly string _name;

    public static bool IsNamed => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    private TestServer(string server)
    {
        _name = $"fulfilment_test_{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        ConnectionString = new SqlConnectionStringBuilder(server) { InitialCatalog = _name }.ConnectionString;
    }

    public string ConnectionString { get; }

    /// <summary>Null: no server is named.</summary>
    public static async Task<TestServer?> CreateDatabaseAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } connectionString)
        {
            return null;
        }

        var server = new TestServer(connectionString);
        await using var connection = server.OpenMaster();
        using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {server._name}";
        await command.ExecuteNonQueryAsync();
        return server;
    }

    public void DropDatabase()
    {
        using var connection = OpenMaster();
        using var command = connection.CreateCommand();
        // The server may not have noticed yet that the connections of the pool are closed, and drops no database that is in use.
        command.CommandText = $"ALTER DATABASE {_name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE {_name}";
        command.ExecuteNonQuery();
    }

    private SqlConnection OpenMaster()
    {
        var connection = new SqlConnection(new SqlConnectionStringBuilder(ConnectionString) { InitialCatalog = "master" }.ConnectionString);
        connection.Open();
        return connection;
    }
}
