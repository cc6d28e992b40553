using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>Binds whole statements; those that change rows are in <see cref="Changes"/>.</summary>
internal sealed class Statements(Batch batch)
{
    // Of the system's; our own stand in the schema.
    private static readonly string[] SystemProcedures = ["sp_getapplock", "sp_releaseapplock"];

    private readonly Changes _changes = new(batch);

    public void Bind(IEnumerable<TSqlStatement> statements)
    {
        foreach (var statement in statements)
        {
            Bind(statement);
        }
    }

    private void Bind(TSqlStatement statement)
    {
        switch (statement)
        {
            case SelectStatement select:
                BindSelect(select);
                break;
            case InsertStatement or UpdateStatement or DeleteStatement:
                _changes.Bind(statement);
                break;
            case DeclareVariableStatement declare:
                declare.Declarations.ToList().ForEach(Declare);
                break;
            case DeclareTableVariableStatement declare:
                batch.TableVariables[declare.Body.VariableName.Value] = SchemaReader.Table(batch, declare.Body.VariableName.Value, declare.Body.Definition);
                break;
            case SetVariableStatement set:
                batch.Expressions.Assign(set, set.Variable.Name, batch.Variable(set.Variable), batch.Expressions.Bind(set.Expression, null));
                break;
            case CreateTableStatement create when create.SchemaObjectName.BaseIdentifier.Value is ['#', ..] name:
                batch.TemporaryTables[name] = SchemaReader.Table(batch, name, create.Definition);
                break;
            case CreateTableStatement create:
                SchemaReader.Table(batch, create.SchemaObjectName.BaseIdentifier.Value, create.Definition);
                break;
            case IfStatement @if:
                batch.Expressions.Bind(@if.Predicate, null);
                Bind(@if.ThenStatement);
                Bind(@if.ElseStatement is null ? [] : [@if.ElseStatement]);
                break;
            case WhileStatement @while:
                batch.Expressions.Bind(@while.Predicate, null);
                Bind(@while.Statement);
                break;
            case BeginEndBlockStatement block:
                Bind(block.StatementList.Statements);
                break;
            case TryCatchStatement attempt:
                Bind(attempt.TryStatements.Statements);
                Bind(attempt.CatchStatements.Statements);
                break;
            case ExecuteStatement execute:
                BindExecute(execute);
                break;
            case ThrowStatement @throw:
                foreach (var part in new ScalarExpression?[] { @throw.ErrorNumber, @throw.Message, @throw.State }.OfType<ScalarExpression>())
                {
                    batch.Expressions.Bind(part, null);
                }

                break;
            case BeginTransactionStatement or CommitTransactionStatement or RollbackTransactionStatement or SetTransactionIsolationLevelStatement
                or PredicateSetStatement or SetCommandStatement or ReturnStatement or AlterDatabaseSetStatement or DropTableStatement or BreakStatement or ContinueStatement:
                break;
            default:
                batch.Complain(statement, $"a statement of a kind that this check does not know ({statement.GetType().Name})");
                break;
        }
    }

    private void BindSelect(SelectStatement select)
    {
        batch.Queries.DeclareCommonTables(select.WithCtesAndXmlNamespaces);
        var columns = batch.Queries.Bind(select.QueryExpression, null);
        if (select.Into is { BaseIdentifier.Value: var into })
        {
            batch.TemporaryTables[into] = batch.Queries.Named(select, into, columns, null);
        }
        else if (columns.Count > 0)
        {
            batch.Results.Add(columns);
        }

        batch.CommonTables.Clear();
    }

    private void Declare(DeclareVariableElement declaration)
    {
        // The value first: it cannot refer to the variable itself.
        var value = declaration.Value is { } expression ? batch.Expressions.Bind(expression, null) : SqlKind.Unknown;
        var kind = SqlKinds.Of(declaration.DataType);
        if (kind is null && declaration.DataType is UserDataTypeReference { Name.BaseIdentifier.Value: var type } && batch.Schema.Types.TryGetValue(type, out var table))
        {
            batch.TableVariables[declaration.VariableName.Value] = table;
            return;
        }

        if (kind is null)
        {
            batch.Complain(declaration, $"'{Batch.Source(declaration.DataType)}' is no type that is known here");
        }

        batch.Declare(declaration.VariableName, kind ?? SqlKind.Unknown);
        batch.Expressions.Assign(declaration, declaration.VariableName.Value, kind ?? SqlKind.Unknown, value);
    }

    private void BindExecute(ExecuteStatement execute)
    {
        var first = execute.ScriptTokenStream[execute.FirstTokenIndex];
        if (first.TokenType is not (TSqlTokenType.Exec or TSqlTokenType.Execute))
        {
            batch.Complain(execute, $"'{first.Text}' would be called as a procedure: a word that T-SQL does not know at this place");
            return;
        }

        if (execute.ExecuteSpecification.Variable is { } answer)
        {
            batch.Variable(answer);
        }

        if (execute.ExecuteSpecification.ExecutableEntity is not ExecutableProcedureReference { ProcedureReference.ProcedureReference.Name: { } name } procedure)
        {
            batch.Complain(execute, "EXEC of a text, which cannot be checked");
            return;
        }

        if (!SystemProcedures.Contains(name.BaseIdentifier.Value) && !batch.Schema.Routines.Contains(name.BaseIdentifier.Value))
        {
            batch.Complain(execute, $"there is no procedure '{name.BaseIdentifier.Value}'");
        }

        foreach (var parameter in procedure.Parameters)
        {
            // A bare word is a text here, as in @LockMode = Exclusive.
            if (parameter.ParameterValue is not IdentifierLiteral)
            {
                batch.Expressions.Bind(parameter.ParameterValue, null);
            }
        }
    }
}
