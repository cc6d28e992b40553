using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer;

/// <summary>What a sequence of scripts leaves behind, by reading them. A statement it does not know fails, so that none is passed over.</summary>
internal sealed class SqlServerSchema
{
    public Dictionary<string, ServerTable> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>Unique constraints among them.</summary>
    public Dictionary<string, ServerIndex> Indexes { get; } = new(StringComparer.Ordinal);

    public List<string> Triggers { get; } = [];

    public static SqlServerSchema Read(IEnumerable<string> scripts)
    {
        var schema = new SqlServerSchema();
        foreach (var script in scripts)
        {
            var parsed = (TSqlScript)new TSql150Parser(initialQuotedIdentifiers: true).Parse(new StringReader(script), out var errors);
            Assert.True(errors.Count == 0, string.Join('\n', errors.Select(error => $"line {error.Line}: {error.Message}\n{script}")));
            foreach (var statement in parsed.Batches.SelectMany(batch => batch.Statements))
            {
                schema.Apply(statement);
            }
        }

        return schema;
    }

    private void Apply(TSqlStatement statement)
    {
        switch (statement)
        {
            case CreateTableStatement create:
                var table = new ServerTable(Name(create.SchemaObjectName));
                Tables.Add(table.Name, table);
                Add(table, create.Definition);
                break;
            case AlterTableAddTableElementStatement add:
                Add(Tables[Name(add.SchemaObjectName)], add.Definition);
                break;
            case AlterTableDropTableElementStatement drop:
                var columns = Tables[Name(drop.SchemaObjectName)].Columns;
                Assert.All(drop.AlterTableDropTableElements, element => Assert.Equal(1, columns.RemoveAll(column => column.Name == element.Name.Value)));
                break;
            case CreateIndexStatement create:
                Indexes.Add(create.Name.Value, new ServerIndex(
                    create.Name.Value, Name(create.OnName), create.Unique, [.. create.Columns.Select(ColumnOf)], create.FilterPredicate is { } filter ? Text(filter) : null));
                break;
            case DropIndexStatement drop:
                Assert.All(drop.DropIndexClauses.Cast<DropIndexClause>(), clause => Assert.True(Indexes.Remove(clause.Index.Value)));
                break;
            case CreateTriggerStatement create:
                Triggers.Add(Name(create.Name));
                break;
            case InsertStatement or UpdateStatement or AlterTableSetStatement:
                break;
            default:
                Assert.Fail($"Unknown here: {Text(statement)}");
                break;
        }
    }

    private void Add(ServerTable table, TableDefinition definition)
    {
        foreach (var column in definition.ColumnDefinitions)
        {
            var isKey = column.Constraints.OfType<UniqueConstraintDefinition>().Any();
            Assert.False(isKey, $"{table.Name}.{column.ColumnIdentifier.Value}: keys are written after the columns.");
            table.Columns.Add(new ServerColumn(
                column.ColumnIdentifier.Value,
                column.ComputedColumnExpression is null ? TypeOf(column) : "",
                column.Constraints.OfType<NullableConstraintDefinition>().SingleOrDefault() is { Nullable: false },
                column.DefaultConstraint is { } initial ? DefaultOf(initial.Expression) : null,
                column.Collation?.Value,
                column.ComputedColumnExpression is not null));
        }

        foreach (var unique in definition.TableConstraints.OfType<UniqueConstraintDefinition>())
        {
            var columns = unique.Columns.Select(ColumnOf).ToList();
            if (unique.IsPrimaryKey)
            {
                table.PrimaryKey.AddRange(columns);
            }
            else
            {
                Indexes.Add(unique.ConstraintIdentifier.Value, new ServerIndex(unique.ConstraintIdentifier.Value, table.Name, true, columns, null));
            }
        }
    }

    private static string TypeOf(ColumnDefinition column) => ((SqlDataTypeReference)column.DataType).SqlDataTypeOption switch
    {
        SqlDataTypeOption.BigInt => "number",
        SqlDataTypeOption.NVarChar => "text",
        SqlDataTypeOption.Binary or SqlDataTypeOption.VarBinary => "bytes",
        var other => other.ToString(),
    };

    // As SQLite writes it.
    private static string DefaultOf(ScalarExpression expression) => expression switch
    {
        StringLiteral text => $"'{text.Value}'",
        BinaryLiteral { Value: "0x" } => "x''",
        Literal number => number.Value,
        _ => Text(expression),
    };

    private static string ColumnOf(ColumnWithSortOrder column) => column.Column.MultiPartIdentifier.Identifiers.Single().Value;

    private static string Name(SchemaObjectName name) => name.BaseIdentifier.Value;

    private static string Text(TSqlFragment fragment) =>
        string.Concat(fragment.ScriptTokenStream.Skip(fragment.FirstTokenIndex).Take(fragment.LastTokenIndex - fragment.FirstTokenIndex + 1).Select(token => token.Text));
}

internal sealed record ServerTable(string Name)
{
    public List<ServerColumn> Columns { get; } = [];

    public List<string> PrimaryKey { get; } = [];
}

internal sealed record ServerColumn(string Name, string Type, bool IsRequired, string? Default, string? Collation, bool IsComputed);

internal sealed record ServerIndex(string Name, string Table, bool IsUnique, IReadOnlyList<string> Columns, string? Filter);
