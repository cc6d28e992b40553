using System.Globalization;
using Fulfilment.Core;
using SupplierSimulator.Faults;
using SupplierSimulator.Wire;

namespace SupplierSimulator;

/// <summary>What is true at the supplier: orders by the customer's number, codes sold, money charged. Nothing here knows how any of it is said.</summary>
internal sealed class SupplierBook(SimulatorSettings settings, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SimulatedOrder> _orders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedOrder> _byReceipt = new(StringComparer.Ordinal);
    private readonly List<SoldCode> _sold = [];
    private readonly SubmitRate _rate = new(settings.SubmitsPerSecond, time);
    private Money _balance = settings.Balance;
    private Money _charged;
    private int _forged;
    private int _unreadable;

    /// <summary>Changed while the supplier is open.</summary>
    public FaultPlan Plan { get; set; } = settings.Plan;

    /// <summary>Changed while the supplier is open.</summary>
    public IReadOnlyList<ProductForSale> Products { get; set; } = settings.Products;

    /// <summary>Takes a submission in. The play says what to answer; the statement says what a truthful answer is.</summary>
    public (SimulatedOrder Order, Play Play, Statement Truth) Submit(SupplierCall.Submit call)
    {
        lock (_gate)
        {
            if (_orders.TryGetValue(call.Reference, out var known))
            {
                known.Arrivals++;
                return (known, new Play(), settings.RefuseRepeats ? new Statement.DuplicateNumber(call.Reference) : known.StandsAt(time.GetUtcNow()));
            }

            var fault = Plan.Choose(call.Reference, call.Product);
            var order = new SimulatedOrder(call.Reference, call.Product, fault, Plays.Of(fault, settings.Times)) { Arrivals = 1, CallbackUrl = call.CallbackUrl ?? settings.CallbackUrl };
            _orders.Add(order.Reference, order);
            if (!_rate.TryTake())
            {
                return (order, order.Play, new Statement.Rejected(order.Numbers, RejectionWord.TooFrequent));
            }

            if (!order.Play.Accepts)
            {
                return (order, order.Play, new Statement.Rejected(order.Numbers, order.Play.Rejection));
            }

            Accept(order, call);
            return (order, order.Play, order.StandsAt(time.GetUtcNow()));
        }
    }

    /// <summary>What became of an order; null: the query fails.</summary>
    public Statement? Query(string number)
    {
        lock (_gate)
        {
            if (!_orders.TryGetValue(number, out var order) && !_byReceipt.TryGetValue(number, out order))
            {
                return new Statement.NotFound(number);
            }

            var now = time.GetUtcNow();
            order.QueriesTooSoon += order.LastQueryAt is { } last && now - last < settings.QueryInterval ? 1 : 0;
            order.LastQueryAt = now;
            if (++order.Queries <= order.Play.FailedQueries)
            {
                return null;
            }

            return order.AcceptedAt is null || now < order.AcceptedAt + order.Play.HiddenFor ? new Statement.NotFound(number) : order.StandsAt(now);
        }
    }

    /// <summary>How an order stands now.</summary>
    public Statement StandsNow(SimulatedOrder order, DateTimeOffset notBefore = default)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            return order.StandsAt(now < notBefore ? notBefore : now);
        }
    }

    /// <summary>The customer's money.</summary>
    public Money Balance
    {
        get
        {
            lock (_gate)
            {
                return _balance;
            }
        }

        set
        {
            lock (_gate)
            {
                _balance = value;
            }
        }
    }

    public void CountForged() => Interlocked.Increment(ref _forged);

    public void CountUnreadable() => Interlocked.Increment(ref _unreadable);

    public void CountCallback(SimulatedOrder order, bool taken)
    {
        lock (_gate)
        {
            order.CallbacksSent++;
            order.CallbacksTaken += taken ? 1 : 0;
        }
    }

    /// <summary>All of it, as of now.</summary>
    public SupplierTruth Truth()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            return new SupplierTruth(Plan.Seed, _balance, _charged, _forged, _unreadable, [.. _orders.Values.Select(order => OrderTruth.Of(order, now))]);
        }
    }

    private void Accept(SimulatedOrder order, SupplierCall.Submit call)
    {
        var product = Products.FirstOrDefault(product => product.Code == order.Product) ?? new ProductForSale(order.Product, order.Product, settings.Price);
        var price = new Money(product.Price.TenThousandths * order.Play.PricePercent / 100);
        order.AcceptedAt = time.GetUtcNow();
        order.Receipt = string.Create(CultureInfo.InvariantCulture, $"S{Plan.Seed:x8}{_orders.Count:D8}");
        _byReceipt.Add(order.Receipt, order);
        (order.Issues, order.Rejection) = (order.Play.Issues, order.Play.Rejection);
        if (!product.OnShelf || call.MaxPrice < price || _balance < price)
        {
            order.Issues = false;
            order.Rejection = !product.OnShelf ? RejectionWord.Other : _balance < price ? RejectionWord.Balance : RejectionWord.Price;
        }

        if (order.Issues)
        {
            order.Charged = price;
            order.Codes = settings.IsTopUp(order.Product) ? [] : [.. Enumerable.Range(0, order.Play.Codes).Select(_ => CodeFor(order))];
            _balance -= price;
            _charged += price;
        }
    }

    private SoldCode CodeFor(SimulatedOrder order)
    {
        if (order.Play.SoldBefore && _sold.Count > 0)
        {
            return _sold[0];
        }

        // Name and seed are in it, so that two simulators, or two runs of one, never sell the same code.
        var serial = _sold.Count;
        var random = new Random(HashCode.Combine(Plan.Seed, serial));
        var code = new SoldCode(
            string.Create(CultureInfo.InvariantCulture, $"{settings.Name}{Plan.Seed:x8}{serial:D8}"),
            string.Create(CultureInfo.InvariantCulture, $"{settings.Name}{random.Next():X8}{Plan.Seed:X8}{serial:X8}"),
            DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddYears(1));
        _sold.Add(code);
        return code;
    }
}
