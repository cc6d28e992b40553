using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Orders;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>One process that works on units: the use cases as the host puts them together, on its own connection to the same database.</summary>
internal sealed class FulfilmentNode : IDisposable
{
    private readonly SupplierVault _vault;

    public FulfilmentNode(OrderEngine engine, ISuppliers suppliers, int number = 7, IFulfilmentStore? store = null, FulfilmentOptions? options = null)
    {
        var another = number == 7 ? engine.Storage.Database : engine.Storage.OpenAnother();
        Store = store ?? engine.Storage.FulfilmentStore(another);
        Ids = number == 7 ? engine.Ids : new IdGenerator(engine.Time);
        if (number != 7)
        {
            Ids.Use(new NodeLease(number, 0, engine.Time.GetUtcNow().AddYears(1).ToUnixTimeMilliseconds(), long.MaxValue));
        }

        var (catalogue, seal, calendar, time) = (engine.CatalogueSource, engine.Seal, engine.Calendar, engine.Time);
        var (set, ends) = (options ?? FulfilmentOptions.Default, new OrderEnds());
        _vault = new SupplierVault(engine.Keys);
        Vault = _vault;
        Close = new CloseUnits(Ids);
        Stock = new StockIssuedCode(engine.Codes, engine.Chain, Ids, calendar);
        var contradictions = new Contradictions(engine.Codes, Stock, Ids);
        var deliver = new DeliverIssued(Close, Stock, contradictions, catalogue, seal, Ids, calendar);
        Record = new RecordOutcome(Store, deliver, contradictions, _vault, suppliers, catalogue, Ids, ends, engine.Work, new SignalQueue(engine.Work, new JobSignals()), time);
        var content = new SubmissionContent(catalogue, engine.People);
        Fulfil = new FulfilUnit(
            Store, new ChooseRoute(catalogue, suppliers), new TakeStep(Store, Close, engine.Chain, seal, ends, Ids, calendar, set, time), content, catalogue,
            new StockLevels(another, time), new AlertStore(another, Ids, time), Ids, set, time, NullLogger<FulfilUnit>.Instance);
        Submit = new SubmitAttempt(Record, time, NullLogger<SubmitAttempt>.Instance);
        Resolve = new ResolveAttempt(Store, Record, Submit, content, suppliers, catalogue, time, NullLogger<ResolveAttempt>.Instance);
        Callbacks = new AcceptCallback(Store, Record, _vault, Ids, time);
        Watch = new WatchOrders(Store, Close, new AlertStore(another, Ids, time), ends, Ids, set, time);
    }

    public IFulfilmentStore Store { get; }

    public IdGenerator Ids { get; }

    public ISupplierVault Vault { get; }

    public CloseUnits Close { get; }

    public StockIssuedCode Stock { get; }

    public RecordOutcome Record { get; }

    public FulfilUnit Fulfil { get; }

    public SubmitAttempt Submit { get; }

    public ResolveAttempt Resolve { get; }

    public AcceptCallback Callbacks { get; }

    public WatchOrders Watch { get; }

    /// <summary>One look: takes what is due, asks and is told. Tells how many suppliers were called.</summary>
    public async Task<int> LookAsync()
    {
        var questions = (await Resolve.BeginAsync(100, CancellationToken.None)).Questions;
        var submissions = (await Fulfil.BeginAsync(100, CancellationToken.None)).Submissions;
        await Task.WhenAll(questions.Select(question => Resolve.AskAsync(question, CancellationToken.None)));
        await Task.WhenAll(submissions.Select(submission => Submit.RunAsync(submission, CancellationToken.None)));
        return questions.Count + submissions.Count;
    }

    public void Dispose() => _vault.Dispose();
}
