using Microsoft.CodeAnalysis;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources;

/// <summary>A text as some place in the sources sends it.</summary>
/// <param name="Place">File and line of the call that sends it.</param>
/// <param name="Text">The whole text.</param>
/// <param name="Parameters">What is sent with it.</param>
/// <param name="Rows">What Dapper makes of a row of each result, if it does.</param>
/// <param name="IsRead">Whether somebody reads the columns one by one, where a number of another size is refused.</param>
internal sealed record Statement(string Place, string Text, IReadOnlyList<SqlParameterType> Parameters, IReadOnlyList<ITypeSymbol> Rows, bool IsRead);

/// <summary>All that was found, and what was not understood.</summary>
/// <param name="Statements">Each text once a place.</param>
/// <param name="Problems">Places whose text could not be told, and texts that no call sends.</param>
/// <param name="Calls">How many places send one.</param>
internal sealed record Collection(IReadOnlyList<Statement> Statements, IReadOnlyList<string> Problems, int Calls);
