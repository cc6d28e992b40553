using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;
using static Fulfilment.Host.Certification.CertificationStage;

namespace Fulfilment.Host.Certification;

/// <summary>Whether each outcome is read as what it is. The simulator is told what to play; at a supplier's own host the definition's tests say which product plays it.</summary>
internal sealed class OutcomeChecks(CertificationStage stage)
{
    public IEnumerable<CertificationCheck> All =>
    [
        new("issued", cancellation => AtOnceAsync("none", TestOutcome.Issued, cancellation)),
        new("rejected", cancellation => AtOnceAsync("reject", TestOutcome.Rejected, cancellation)),
        new("not now, later", NotNowAsync),
        new("processing, then issued by query", cancellation => LaterAsync("processing", TestOutcome.Issued, cancellation)),
        new("processing, then rejected by query", cancellation => LaterAsync("processingRejected", TestOutcome.Rejected, cancellation)),
        new("processing, then issued by callback", CallbackAsync),
        new("a number that was never submitted", StrangerAsync),
    ];

    private async Task<(Verdict Verdict, string Seen)> AtOnceAsync(string fault, TestOutcome outcome, CancellationToken cancellation)
    {
        if (await stage.PlayAsync(fault, outcome, null, cancellation) is not { } play)
        {
            return NotPossible(stage.NoCase(outcome, null));
        }

        var request = stage.Supplier.Request(play);
        var answer = await stage.Supplier.SubmitAsync(request, cancellation);
        var seen = CertifiedSupplier.Describe(answer);
        if (Is(answer, outcome))
        {
            return outcome == TestOutcome.Issued && request.ExpectsCode && answer is SupplierAnswer.Answered { Outcome: SupplierOutcome.Issued { Codes.Count: 0 } }
                ? await CodeLaterAsync(CertifiedSupplier.Knowing(request, answer), cancellation)
                : Passed($"submitted: {seen}.");
        }

        // Some suppliers never say so at once.
        return answer is SupplierAnswer.Answered { Outcome: SupplierOutcome.Processing or SupplierOutcome.Unknown } && stage.Supplier.Supplier.CanQuery
            ? await AskedAsync(CertifiedSupplier.Knowing(request, answer), outcome, seen, cancellation)
            : Failed($"submitted: {seen}; {outcome} was right.");
    }

    private Task<(Verdict Verdict, string Seen)> NotNowAsync(CancellationToken cancellation) => stage.Options.Definition.Submit.Answer.Meanings.Contains(Meaning.NotNow)
        ? AtOnceAsync("rateLimited", TestOutcome.NotNow, cancellation)
        : Task.FromResult(NotPossible("no code of the definition means \"notNow\"."));

    private async Task<(Verdict Verdict, string Seen)> LaterAsync(string fault, TestOutcome then, CancellationToken cancellation)
    {
        if (!stage.Supplier.Supplier.CanQuery)
        {
            return NotPossible("the definition has no \"query\": an unknown is then for an operator to settle.");
        }

        if (await stage.PlayAsync(fault, TestOutcome.Processing, then, cancellation) is not { } play)
        {
            return NotPossible(stage.NoCase(TestOutcome.Processing, then));
        }

        var request = stage.Supplier.Request(play);
        var answer = await stage.Supplier.SubmitAsync(request, cancellation);
        var seen = CertifiedSupplier.Describe(answer);
        return answer is SupplierAnswer.Answered { Outcome: SupplierOutcome.Processing }
            ? await AskedAsync(CertifiedSupplier.Knowing(request, answer), then, seen, cancellation)
            : Failed($"submitted: {seen}; processing was right.");
    }

    private async Task<(Verdict Verdict, string Seen)> AskedAsync(SupplierRequest request, TestOutcome outcome, string submitted, CancellationToken cancellation)
    {
        var (last, seen) = await stage.Supplier.QueryUntilAsync(request, answer => Is(answer, outcome) && HasItsCode(request, answer), cancellation);
        return Is(last, outcome) ? Passed($"submitted: {submitted}; asked: {seen}.") : Failed($"submitted: {submitted}; asked: {seen}; {outcome} was right.");
    }

    private Task<(Verdict Verdict, string Seen)> CodeLaterAsync(SupplierRequest request, CancellationToken cancellation) => stage.Supplier.Supplier.CanQuery
        ? AskedAsync(request, TestOutcome.Issued, "issued, the code to be asked for", cancellation)
        : Task.FromResult(Failed("issued without a code, and there is no \"query\" to ask for it."));

    private async Task<(Verdict Verdict, string Seen)> CallbackAsync(CancellationToken cancellation)
    {
        if (stage.Options.Definition.Callback is null)
        {
            return NotPossible("the definition has no \"callback\".");
        }

        if (stage.Listener is null)
        {
            return NotPossible("nobody listens; --listen says where.");
        }

        if (await stage.PlayAsync("processing", TestOutcome.Processing, TestOutcome.Issued, cancellation) is not { } play)
        {
            return NotPossible(stage.NoCase(TestOutcome.Processing, TestOutcome.Issued));
        }

        var request = stage.Supplier.Request(play);
        var submitted = CertifiedSupplier.Describe(await stage.Supplier.SubmitAsync(request, cancellation));
        if (await stage.Listener.WaitAsync(request.Reference, stage.Options.Patience, stage.Time, cancellation) is not var (received, parsed))
        {
            return Failed(stage.Listener.Refusals is { Count: > 0 } refusals
                ? $"submitted: {submitted}; callbacks came and were refused: {string.Join(", ", refusals.Distinct())}."
                : $"submitted: {submitted}; no callback came to {stage.Listener.Address}. The host must know the address: {{{{callbackUrl}}}} in the submission, or its own settings.");
        }

        var forged = stage.Supplier.Supplier.ParseCallback(Tampered(received));
        return (parsed.Outcome, forged) switch
        {
            (not SupplierOutcome.Issued, _) => Failed($"submitted: {submitted}; the callback was read as {CertifiedSupplier.Describe(new SupplierAnswer.Answered(parsed.Outcome, null))}; issued was right."),
            (_, ParsedCallback.Verified) => Failed("the callback was also believed with another order's number in it: its signature does not cover the number."),
            _ => Passed($"submitted: {submitted}; called back: {CertifiedSupplier.Describe(new SupplierAnswer.Answered(parsed.Outcome, null))}; the same with another number in it was refused."),
        };

        CallbackRequest Tampered(CallbackRequest genuine)
        {
            var other = (request.AttemptId + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return new CallbackRequest
            {
                Method = genuine.Method,
                QueryString = genuine.QueryString.Replace(request.Reference, other, StringComparison.Ordinal),
                Headers = genuine.Headers,
                Body = System.Text.Encoding.Latin1.GetBytes(System.Text.Encoding.Latin1.GetString(genuine.Body).Replace(request.Reference, other, StringComparison.Ordinal)),
            };
        }
    }

    private async Task<(Verdict Verdict, string Seen)> StrangerAsync(CancellationToken cancellation)
    {
        if (!stage.Supplier.Supplier.CanQuery)
        {
            return NotPossible("the definition has no \"query\".");
        }

        if (stage.Options.Definition.Query!.Request.Uses(PlaceholderKind.Receipt))
        {
            return NotPossible("queries are by the supplier's number, which nobody has of an order that is not there.");
        }

        var answer = await stage.Supplier.QueryAsync(stage.Supplier.Request(stage.AnyCase), cancellation);
        return answer is SupplierAnswer.NotFound
            ? Passed($"asked: no such order; counts as rejected {stage.Supplier.Supplier.Timing.NotFoundGrace.TotalMinutes:0.##} min after the submission can last have arrived, not before.")
            : Failed($"asked: {CertifiedSupplier.Describe(answer)}; \"no such order\" was right. Give its code the meaning \"notFound\".");
    }

    private static bool HasItsCode(SupplierRequest request, SupplierAnswer answer) =>
        !request.ExpectsCode || answer is not SupplierAnswer.Answered { Outcome: SupplierOutcome.Issued { Codes.Count: 0 } };

    private static bool Is(SupplierAnswer answer, TestOutcome outcome) => (answer, outcome) switch
    {
        (SupplierAnswer.Answered { Outcome: SupplierOutcome.Issued }, TestOutcome.Issued) => true,
        (SupplierAnswer.Answered { Outcome: SupplierOutcome.Rejected { NotNow: false } }, TestOutcome.Rejected) => true,
        (SupplierAnswer.Answered { Outcome: SupplierOutcome.Rejected { NotNow: true } }, TestOutcome.NotNow) => true,
        _ => false,
    };
}
