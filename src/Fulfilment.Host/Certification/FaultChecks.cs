using System.Globalization;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Model;
using static Fulfilment.Host.Certification.CertificationStage;

namespace Fulfilment.Host.Certification;

/// <summary>
/// Whether anything that is no definite answer is taken for one. Only the simulator plays these at will: what it says it issued must never be read as
/// rejected, what it never accepted never as issued, and every submission must arrive once.
/// </summary>
internal sealed class FaultChecks(CertificationStage stage)
{
    public IEnumerable<CertificationCheck> All =>
    [
        Issued("no answer, though it was issued", "timeoutAfter", TestOutcome.Timeout),
        Never("no answer, and never accepted", "timeoutBefore", TestOutcome.NotFound),
        Issued("no answer, and not found for a while", "hiddenAtFirst"),
        Issued("connection closed unanswered, though it was issued", "closeAfter", TestOutcome.ConnectionClosed),
        Never("connection closed unanswered, and never accepted", "closeBefore"),
        Issued("500 with a page of HTML, though it was issued", "error500After"),
        Never("502 with a page of HTML, and never accepted", "error502Before"),
        Issued("200 with a page of HTML, though it was issued", "html"),
        Issued("\"duplicate number\", though it was issued", "duplicateNumber", TestOutcome.DuplicateNumber),
        Issued("\"system error\", though it was issued", "systemErrorAfter", TestOutcome.Unknown),
        Issued("a code that is in no documentation", "unlistedCode"),
        Issued("issued without a code at first", "codeLater"),
        Issued("two queries that fail", "queryFails"),
    ];

    private CertificationCheck Issued(string name, string fault, TestOutcome? atTestHost = null) => new(name, cancellation => PlayAsync(fault, atTestHost, isIssued: true, cancellation));

    private CertificationCheck Never(string name, string fault, TestOutcome? atTestHost = null) => new(name, cancellation => PlayAsync(fault, atTestHost, isIssued: false, cancellation));

    private async Task<(Verdict Verdict, string Seen)> PlayAsync(string fault, TestOutcome? atTestHost, bool isIssued, CancellationToken cancellation)
    {
        if (!stage.Controls.IsSimulator && atTestHost is null)
        {
            return NotPossible("only the simulator plays it.");
        }

        if (await stage.PlayAsync(fault, atTestHost ?? TestOutcome.Issued, isIssued ? TestOutcome.Issued : null, cancellation) is not { } play)
        {
            return NotPossible(stage.NoCase(atTestHost!.Value, isIssued ? TestOutcome.Issued : null));
        }

        var request = stage.Supplier.Request(play);
        var answer = await stage.Supplier.SubmitAsync(request, cancellation);
        var submitted = $"submitted: {CertifiedSupplier.Describe(answer)}";
        if (await ArrivedAsync(request, cancellation) is { } twice)
        {
            return Failed(twice);
        }

        if (Wrong(answer, isIssued) is { } wrong)
        {
            return Failed($"{submitted}. {wrong}");
        }

        return stage.CanAsk(answer) ? await AskedAsync(CertifiedSupplier.Knowing(request, answer), submitted, isIssued, cancellation) : Passed($"{submitted}{Once}; it cannot be asked about, so a callback or an operator settles it.");
    }

    private async Task<(Verdict Verdict, string Seen)> AskedAsync(SupplierRequest request, string submitted, bool isIssued, CancellationToken cancellation)
    {
        bool Enough(SupplierAnswer answer) => isIssued ? IsDone(request, answer) : answer is SupplierAnswer.NotFound;
        var (last, asked) = await stage.Supplier.QueryUntilAsync(request, Enough, cancellation);
        return Wrong(last, isIssued) is { } wrong ? Failed($"{submitted}; asked: {asked}. {wrong}")
            : Enough(last) ? Passed($"{submitted}{Once}; asked: {asked}.")
            : Failed($"{submitted}; asked: {asked}; {(isIssued ? "issued" : "\"no such order\"")} was right.");
    }

    private string Once => stage.Controls.IsSimulator ? ", arrived once" : "";

    private async Task<string?> ArrivedAsync(SupplierRequest request, CancellationToken cancellation) =>
        stage.Controls.IsSimulator && await stage.Controls.ArrivalsAsync(request.Reference, cancellation) is not 1 and var arrivals
            ? string.Create(CultureInfo.InvariantCulture, $"submitted once, arrived {arrivals ?? 0} times.")
            : null;

    private static string? Wrong(SupplierAnswer answer, bool isIssued) => (answer, isIssued) switch
    {
        (SupplierAnswer.Answered { Outcome: SupplierOutcome.Rejected rejected }, true) =>
            $"It was issued: whoever believes this rejection buys the unit twice. Give \"{rejected.Reason}\" the meaning \"unknown\".",
        (SupplierAnswer.Answered { Outcome: SupplierOutcome.Issued }, false) => "It was never accepted.",
        (SupplierAnswer.NotSent, _) => "It was sent.",
        _ => null,
    };

    private static bool IsDone(SupplierRequest request, SupplierAnswer answer) =>
        answer is SupplierAnswer.Answered { Outcome: SupplierOutcome.Issued issued } && (!request.ExpectsCode || issued.Codes.Count > 0);
}
