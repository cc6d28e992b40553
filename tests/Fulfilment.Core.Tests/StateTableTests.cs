using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Tests;

/// <summary>The transition tables against DESIGN.md, States, written down here once more: every transition that is not in it is refused.</summary>
public sealed class StateTableTests
{
    private const string CardKeys = """
        available → delivered | reserved | frozen | voided | expired
        reserved → delivered | available | voided | expired
        frozen → available | voided | expired
        """;

    private const string Units = """
        pending → delivered | processing | manual | reserved | cancelled | failed
        reserved → delivered | pending | cancelled
        processing → delivered | unknown | pending | failed
        unknown → delivered | pending | failed | processing
        manual → delivered | failed | cancelled
        failed → pending
        delivered → replaced | refunded
        """;

    private const string Orders = """
        held → processing | cancelled
        processing → fulfilled | partiallyFulfilled | failed | cancelled
        fulfilled → refunded
        partiallyFulfilled → refunded
        failed → refunded
        cancelled → refunded
        """;

    [Fact]
    public void CardKeys_MoveAsDesigned() =>
        AssertIs(CardKeyStates.Table, CardKeys, CardKeyState.Delivered, CardKeyState.Voided, CardKeyState.Expired);

    [Fact]
    public void Units_MoveAsDesigned() =>
        AssertIs(OrderStates.Units, Units, UnitState.Cancelled, UnitState.Replaced, UnitState.Refunded);

    [Fact]
    public void Orders_MoveAsDesigned() => AssertIs(OrderStates.Orders, Orders, OrderStatus.Refunded);

    [Fact]
    public void EveryUnitThatOwesSomething_IsOpen_AndNoOther()
    {
        Assert.Equal(
            [UnitState.Pending, UnitState.Reserved, UnitState.Processing, UnitState.Manual, UnitState.Unknown],
            Enum.GetValues<UnitState>().Where(OrderStates.IsOpen));
        Assert.Equal([OrderStatus.Held, OrderStatus.Processing], Enum.GetValues<OrderStatus>().Where(OrderStates.IsOpen));
    }

    // An order may come to rest in any mixture; its status follows from the counts alone.
    [Fact]
    public void Close_FollowsFromTheCounts()
    {
        for (var counts = 0; counts < 27; counts++)
        {
            var (delivered, failed, cancelled) = (counts % 3, counts / 3 % 3, counts / 9);
            var expected = (delivered > 0, failed > 0, cancelled > 0) switch
            {
                (true, false, false) => OrderStatus.Fulfilled,
                (true, _, _) => OrderStatus.PartiallyFulfilled,
                (false, false, true) => OrderStatus.Cancelled,
                (false, _, _) => OrderStatus.Failed,
            };

            Assert.Equal(expected, OrderStates.Close(delivered, failed, cancelled));
        }
    }

    // The states are stored as numbers, and card keys as numbers of one byte, so that an update never changes a row's length.
    [Fact]
    public void StoredNumbers_NeverChange()
    {
        Assert.Equal("Available=10 Reserved=11 Frozen=12 Delivered=13 Voided=14 Expired=15", Numbers<CardKeyState>());
        Assert.Equal(
            "Pending=10 Reserved=11 Processing=12 Manual=13 Unknown=14 Delivered=20 Failed=21 Cancelled=22 Replaced=23 Refunded=24", Numbers<UnitState>());
        Assert.Equal("Held=10 Processing=11 Fulfilled=20 PartiallyFulfilled=21 Failed=22 Cancelled=23 Refunded=24", Numbers<OrderStatus>());
        Assert.All(Enum.GetValues<CardKeyState>(), state => Assert.InRange((int)state, 2, 127));
    }

    private static string Numbers<TState>()
        where TState : struct, Enum => string.Join(' ', Enum.GetValues<TState>().Select(state => $"{state}={Convert.ToInt32(state, null)}"));

    private static void AssertIs<TState>(StateTable<TState> table, string design, params TState[] terminal)
        where TState : struct, Enum
    {
        var designed = design.Split('\n').Select(row => row.Split(" → ")).SelectMany(row => row[1].Split(" | ").Select(to => (State(row[0]), State(to)))).ToHashSet();
        foreach (var from in Enum.GetValues<TState>())
        {
            foreach (var to in Enum.GetValues<TState>())
            {
                Assert.True(designed.Contains((from, to)) == table.Allows(from, to), $"{from} to {to}");
                Assert.Equal(!table.Allows(from, to), Record.Exception(() => table.Require(from, to)) is InvalidOperationException);
            }
        }

        Assert.Equal(terminal.ToHashSet(), table.Terminal);

        static TState State(string name) => Enum.Parse<TState>(name.Trim(), ignoreCase: true);
    }
}
