using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>What parses and is not to be used: SQL Server 2019 or Azure SQL does not take it, or the house rules forbid it.</summary>
internal sealed class HouseRules(Batch batch) : TSqlFragmentVisitor
{
    public override void Visit(MergeStatement node) => batch.Complain(node, "MERGE is not used: it has races and defects of its own");

    public override void Visit(UseStatement node) => batch.Complain(node, "USE is not taken by Azure SQL");

    public override void Visit(CreateOrAlterProcedureStatement node) => CreateOrAlter(node);

    public override void Visit(CreateOrAlterFunctionStatement node) => CreateOrAlter(node);

    public override void Visit(CreateOrAlterTriggerStatement node) => CreateOrAlter(node);

    public override void Visit(CreateOrAlterViewStatement node) => CreateOrAlter(node);

    public override void Visit(IndexDefinition node) => batch.Complain(node, "an index inside CREATE TABLE; make it with CREATE INDEX");

    public override void Visit(IgnoreDupKeyIndexOption node) => batch.Complain(node, "IGNORE_DUP_KEY hides which row was there before");

    public override void Visit(FileGroupOrPartitionScheme node) => batch.Complain(node, "Azure SQL has no file groups of our choice");

    public override void Visit(SchemaObjectName node)
    {
        if (node.DatabaseIdentifier is not null || node.ServerIdentifier is not null)
        {
            batch.Complain(node, $"'{Batch.Source(node)}' names another database, which Azure SQL does not reach");
        }
    }

    public override void Visit(SqlDataTypeReference node)
    {
        if (SqlKinds.Of(node) is null)
        {
            batch.Complain(node, $"the type '{Batch.Source(node)}' is old, or means something else on SQLite");
        }
    }

    public override void Visit(TableHint node)
    {
        if (node.HintKind is TableHintKind.NoLock or TableHintKind.ReadUncommitted)
        {
            batch.Complain(node, "NOLOCK reads what was never committed");
        }
    }

    public override void Visit(BooleanComparisonExpression node)
    {
        if (node.FirstExpression is NullLiteral || node.SecondExpression is NullLiteral)
        {
            batch.Complain(node, "a comparison with NULL is never true; write IS NULL");
        }
    }

    public override void Visit(ColumnReferenceExpression node)
    {
        if (node.Collation is { } collation)
        {
            Collation(collation);
        }
    }

    public override void Visit(StringLiteral node)
    {
        if (node.Collation is { } collation)
        {
            Collation(collation);
        }
    }

    public override void Visit(ColumnDefinition node)
    {
        if (node.Collation is { } collation)
        {
            Collation(collation);
        }
    }

    private void Collation(Identifier collation)
    {
        if (!collation.Value.StartsWith("Latin1_General_", StringComparison.Ordinal))
        {
            batch.Complain(collation, $"the collation '{collation.Value}' is none of SQL Server's that we use");
        }
    }

    private void CreateOrAlter(TSqlFragment node) => batch.Complain(node, "CREATE OR ALTER is not used");
}
