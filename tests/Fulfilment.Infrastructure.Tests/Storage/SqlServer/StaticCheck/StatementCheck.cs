using System.Text.RegularExpressions;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>Looks at one text as SQL Server 2019 would before it runs it.</summary>
internal static class StatementCheck
{
    /// <param name="Complaints">What is wrong; empty: nothing.</param>
    /// <param name="Results">The columns of each result that it answers.</param>
    internal sealed record Outcome(IReadOnlyList<string> Complaints, IReadOnlyList<IReadOnlyList<SqlColumn>> Results);

    /// <summary>
    /// Adds the temporary tables that texts make for later texts of the same connection. Those of a text with parameters are gone when it ends: SqlClient
    /// runs it inside a procedure.
    /// </summary>
    public static void KeepTemporaryTables(IEnumerable<string> textsWithoutParameters, SqlSchema schema)
    {
        foreach (var text in textsWithoutParameters.Where(text => text.Contains("CREATE TABLE #", StringComparison.Ordinal)))
        {
            var batch = new Batch(schema, []);
            batch.Statements.Bind(Parse(text, batch).SelectMany(part => part.Statements));
            foreach (var (name, table) in batch.TemporaryTables)
            {
                schema.Tables[name] = table;
            }
        }
    }

    public static Outcome Check(string text, IReadOnlyList<SqlParameterType> parameters, SqlSchema schema)
    {
        var batch = new Batch(schema, parameters);
        var parts = Parse(Expand(text, parameters, batch), batch).ToList();
        if (parts.Count > 1)
        {
            batch.Complain("GO is a word of tools, not of the server");
        }

        batch.Statements.Bind(parts.SelectMany(part => part.Statements));
        foreach (var twice in parameters.GroupBy(parameter => parameter.Name, StringComparer.OrdinalIgnoreCase).Where(alike => alike.Count() > 1))
        {
            batch.Complain($"{string.Join(" and ", twice.Select(parameter => $"@{parameter.Name}"))} differ in case alone, which the server takes for the same");
        }

        return new Outcome(batch.Complaints, batch.Results);
    }

    /// <summary>The batches of a text, with what parses and is not to be used complained of.</summary>
    public static IEnumerable<TSqlBatch> Parse(string text, Batch batch)
    {
        using var reader = new StringReader(text);
        var fragment = (TSqlScript)new TSql150Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
        foreach (var error in errors)
        {
            batch.Complain($"{error.Message} (line {error.Line}, column {error.Column})");
        }

        if (errors.Count > 0)
        {
            return [];
        }

        fragment.Accept(new HouseRules(batch));
        return fragment.Batches;
    }

    /// <summary>As Dapper writes lists: <c>IN @ids</c> becomes <c>IN (@ids1, @ids2)</c>; one of them stands for all here.</summary>
    private static string Expand(string text, IReadOnlyList<SqlParameterType> parameters, Batch batch)
    {
        foreach (var list in parameters.Where(parameter => parameter.IsList))
        {
            if (Regex.IsMatch(text, $@"(?<!\bIN\s+)@{list.Name}\b", RegexOptions.IgnoreCase))
            {
                batch.Complain($"@{list.Name} is a list, and stands elsewhere than after IN");
            }

            text = Regex.Replace(text, $@"@{list.Name}\b", $"(@{list.Name})");
        }

        return text;
    }
}
