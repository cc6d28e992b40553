using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Fulfilment.Infrastructure.Tests.Orders.SqlServer;

/// <summary>A connection to nothing: counts what is sent, a command a round trip, and answers as it is told.</summary>
internal sealed class RecordingConnection(Func<SentCommand, DataTable[]> answer) : DbConnection
{
    /// <summary>In order.</summary>
    public List<SentCommand> Sent { get; } = [];

    [AllowNull]
    public override string ConnectionString { get; set; } = "";

    public override string Database => "";

    public override string DataSource => "";

    public override string ServerVersion => "";

    public override ConnectionState State => ConnectionState.Open;

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    public override void Close()
    {
    }

    public override void Open()
    {
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException("A transaction that stays open was begun.");

    protected override DbCommand CreateDbCommand() => new Command(this);

    private DataTableReader Send(Command command)
    {
        var sent = new SentCommand(command.CommandText, command.Parameters.Cast<DbParameter>().ToDictionary(parameter => parameter.ParameterName, parameter => parameter.Value));
        Sent.Add(sent);
        return new DataTableReader(answer(sent));
    }

    private sealed class Command(RecordingConnection connection) : DbCommand
    {
        // Only its parameters are needed, and writing a collection of them is long.
        private readonly Microsoft.Data.SqlClient.SqlCommand _parameters = new();

        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout { get; set; }

        public override CommandType CommandType { get; set; }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; } = connection;

        protected override DbParameterCollection DbParameterCollection => _parameters.Parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
        }

        public override int ExecuteNonQuery()
        {
            using var rows = connection.Send(this);
            return rows.Read() ? rows.GetInt32(0) : 0;
        }

        public override object? ExecuteScalar()
        {
            using var rows = connection.Send(this);
            return rows.Read() ? rows.GetValue(0) : null;
        }

        public override void Prepare()
        {
        }

        protected override DbParameter CreateDbParameter() => _parameters.CreateParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => connection.Send(this);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _parameters.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

/// <summary>What was sent.</summary>
internal sealed record SentCommand(string Text, IReadOnlyDictionary<string, object?> Parameters);
