using System.Globalization;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Host.Certification;

/// <summary>The supplier as the engine would call it, with the waiting that the engine would do.</summary>
internal sealed class CertifiedSupplier(ISupplier supplier, CertifyOptions options, TimeProvider time)
{
    private static readonly TimeSpan SendWithin = TimeSpan.FromSeconds(10);
    private static long _last;

    public ISupplier Supplier { get; } = supplier;

    /// <summary>A request that no host has seen before, as the test case has it.</summary>
    public SupplierRequest Request(TestCase play)
    {
        // Numbers grow with time, as the engine's do, and two runs never make the same.
        var number = Math.Max(Interlocked.Read(ref _last) + 1, time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000);
        Interlocked.Exchange(ref _last, number);
        return new SupplierRequest
        {
            AttemptId = number,
            SupplierSku = play.SupplierSku,
            Recipient = play.Recipient,
            Inputs = play.Inputs,
            ExpectsCode = options.Definition.Submit.Answer.Cards is not null || options.Definition.Query?.Answer.Cards is not null,
            MaxCost = new Money(1_000_000_000),
            Currency = options.Definition.Currency,
            CreatedAt = time.GetUtcNow(),
        };
    }

    public async Task<SupplierAnswer> SubmitAsync(SupplierRequest request, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (options.GiveUpAfter is { } limit)
        {
            patience.CancelAfter(limit);
        }

        return await Supplier.IssueAsync(request, new SendPermit(time, SendWithin), patience.Token);
    }

    public Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation) => Supplier.QueryAsync(request, cancellation);

    /// <summary>The supplier's own number, if an answer tells it.</summary>
    public static string? ReceiptOf(SupplierAnswer answer) => answer switch
    {
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Issued issued } => issued.Receipt,
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Processing processing } => processing.Receipt,
        _ => null,
    };

    /// <summary>The same request as the engine makes it once an answer has told the supplier's number.</summary>
    public static SupplierRequest Knowing(SupplierRequest request, SupplierAnswer answer) => new()
    {
        AttemptId = request.AttemptId,
        SupplierSku = request.SupplierSku,
        Recipient = request.Recipient,
        Inputs = request.Inputs,
        ExpectsCode = request.ExpectsCode,
        MaxCost = request.MaxCost,
        Currency = request.Currency,
        CreatedAt = request.CreatedAt,
        Receipt = ReceiptOf(answer),
    };

    /// <summary>Asks at the supplier's pace until the answer will do or patience is over; the last answer, and every one in words.</summary>
    public async Task<(SupplierAnswer Last, string Seen)> QueryUntilAsync(SupplierRequest request, Func<SupplierAnswer, bool> enough, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var seen = new List<string>();
        await Task.Delay(options.Pace ?? Supplier.Timing.FirstQueryAfter, time, cancellation);
        while (true)
        {
            var answer = await QueryAsync(request, cancellation);
            seen.Add(Describe(answer));
            if (enough(answer) || time.GetElapsedTime(began) > options.Patience)
            {
                return (answer, string.Join(", ", Shortened(seen)));
            }

            await Task.Delay(options.Pace ?? Supplier.Timing.QueryInterval, time, cancellation);
        }
    }

    /// <summary>An answer in words that give no code away.</summary>
    public static string Describe(SupplierAnswer answer) => answer switch
    {
        SupplierAnswer.NotSent notSent => $"not sent ({notSent.Reason})",
        SupplierAnswer.NotFound => "no such order",
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Issued issued } => string.Create(CultureInfo.InvariantCulture, $"issued with {issued.Codes.Count} code(s){Receipt(issued.Receipt)}{(issued.Cost is { } cost ? $", charged {cost}" : "")}"),
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Rejected rejected } => $"{(rejected.NotNow ? "not now" : "rejected")} ({rejected.Reason})",
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Processing processing } => $"processing{Receipt(processing.Receipt)}",
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Unknown unknown } => $"unknown ({unknown.Reason})",
        _ => throw new InvalidOperationException(answer.GetType().Name),
    };

    private static string Receipt(string? receipt) => receipt is null ? "" : ", with the supplier's number";

    // "unknown" twenty times over tells nothing that once does not.
    private static IEnumerable<string> Shortened(List<string> seen) => seen.Where((text, i) => i == 0 || seen[i - 1] != text);
}
