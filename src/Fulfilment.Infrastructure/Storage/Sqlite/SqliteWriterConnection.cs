using System.Data;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>
/// A connection that keeps what it has compiled. Compiling a statement takes several times as long as running it, and Dapper makes a new command for every run:
/// without this most of the writer's time for an outcome went into reading the same SQL again. Not safe for several threads; for the writer's alone.
/// </summary>
internal sealed class SqliteWriterConnection(string connectionString) : SqliteConnection(connectionString)
{
    // Lists in a query make a text of their own for every length, and what is kept costs memory: past so many all are forgotten, and the frequent ones are soon back.
    private const int MostTexts = 256;

    // A statement with more has a list of some hundreds, which seldom comes with the same length again.
    private const int MostParameters = 30;

    // Null: seen once. Scripts that run once are not kept, and could not be compiled as a whole: their later statements need what the first ones make.
    private readonly Dictionary<string, Command?> _byText = new(StringComparer.Ordinal);

    /// <summary>Texts that are compiled now.</summary>
    public int Compiled => _byText.Values.Count(command => command is not null);

    /// <inheritdoc/>
    public override SqliteCommand CreateCommand() => NewCommand();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Forget();
        }

        base.Dispose(disposing);
    }

    private Command NewCommand() => new(this) { Connection = this, CommandTimeout = DefaultTimeout, Transaction = Transaction };

    private Command? Find(string text)
    {
        if (!_byText.TryGetValue(text, out var compiled))
        {
            if (text.AsSpan().Count('@') > MostParameters)
            {
                return null;
            }

            if (_byText.Count >= MostTexts)
            {
                Forget();
            }

            _byText.TryAdd(text, null);
            return null;
        }

        if (compiled is null)
        {
            compiled = NewCommand();
            compiled.CommandText = text;
            compiled.Prepare();
            _byText[text] = compiled;
        }

        // Its rows are still being read: running it again would end that.
        return compiled.IsRead ? null : compiled;
    }

    private void Forget()
    {
        foreach (var (text, command) in _byText)
        {
            if (command is not { IsRead: true })
            {
                command?.Dispose();
                _byText.Remove(text);
            }
        }
    }

    private sealed class Command(SqliteWriterConnection connection) : SqliteCommand
    {
        public bool IsRead => DataReader is not null;

        public override SqliteDataReader ExecuteReader(CommandBehavior behavior)
        {
            if (connection.Find(CommandText) is not { } compiled || compiled == this)
            {
                return base.ExecuteReader(behavior);
            }

            compiled.Parameters.Clear();
            foreach (SqliteParameter parameter in Parameters)
            {
                compiled.Parameters.Add(parameter);
            }

            return compiled.Run(behavior);
        }

        private SqliteDataReader Run(CommandBehavior behavior) => base.ExecuteReader(behavior);
    }
}
