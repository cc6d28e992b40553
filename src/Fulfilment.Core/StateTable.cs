namespace Fulfilment.Core;

/// <summary>The one list of transitions a type of record may make. What is not in it is refused, in code and in every guarded update.</summary>
public sealed class StateTable<TState>
    where TState : struct, Enum
{
    private readonly HashSet<(TState From, TState To)> _allowed;

    internal StateTable(params (TState From, TState[] To)[] rows)
    {
        _allowed = [.. rows.SelectMany(row => row.To.Select(to => (row.From, to)))];
        Terminal = Enum.GetValues<TState>().Where(state => !_allowed.Any(move => move.From.Equals(state))).ToHashSet();
    }

    /// <summary>The states that nothing leads out of.</summary>
    public IReadOnlySet<TState> Terminal { get; }

    /// <summary>Whether the table lists this transition.</summary>
    public bool Allows(TState from, TState to) => _allowed.Contains((from, to));

    /// <summary>Throws when the table does not list this transition: a caller that gets here has a bug.</summary>
    public void Require(TState from, TState to)
    {
        if (!Allows(from, to))
        {
            throw new InvalidOperationException($"{typeof(TState).Name} may not go from {from} to {to}.");
        }
    }
}
