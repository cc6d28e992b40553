using System.Runtime.CompilerServices;
using Dapper;
using Fulfilment.Infrastructure.Storage.Sqlite;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>
/// Tells Dapper that all SQLite files of a test run are of one schema. By itself it compiles the code that reads and writes rows once for each connection
/// string, which is once in a host's life and would be a hundred methods for every test's folder.
/// </summary>
internal sealed class SameSchema : IEqualityComparer<string>
{
    [ModuleInitializer]
    internal static void Use() => SqlMapper.ConnectionStringComparer = new SameSchema();

    public bool Equals(string? x, string? y) => NameOf(x) == NameOf(y);

    public int GetHashCode(string obj) => NameOf(obj)!.GetHashCode(StringComparison.Ordinal);

    private static string? NameOf(string? connectionString) =>
        connectionString?.Contains(SqliteDatabase.FileName, StringComparison.Ordinal) == true ? SqliteDatabase.FileName : connectionString;
}
