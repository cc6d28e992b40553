using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Model;
using static Fulfilment.Host.Certification.CertificationStage;

namespace Fulfilment.Host.Certification;

/// <summary>Whether signatures are looked at, on either side.</summary>
internal sealed class SignatureChecks(CertificationStage stage, ISupplier withOtherSecrets)
{
    public IEnumerable<CertificationCheck> All =>
    [
        new("a submission with a wrong signature", OursAsync),
        new("an answer with a wrong signature", TheirsAsync),
    ];

    private async Task<(Verdict Verdict, string Seen)> OursAsync(CancellationToken cancellation)
    {
        if (stage.Options.Definition.Submit.Request.Signature is null)
        {
            return NotPossible("the definition signs no submissions.");
        }

        if (await stage.PlayAsync("none", TestOutcome.Issued, null, cancellation) is not { } play)
        {
            return NotPossible(stage.NoCase(TestOutcome.Issued, null));
        }

        var other = new CertifiedSupplier(withOtherSecrets, stage.Options, stage.Time);
        var answer = await other.SubmitAsync(other.Request(play), cancellation);
        return answer is SupplierAnswer.Answered { Outcome: SupplierOutcome.Issued or SupplierOutcome.Processing }
            ? Failed($"the host took it: {CertifiedSupplier.Describe(answer)}. Anybody could order in our name.")
            : Passed($"the host did not take it: {CertifiedSupplier.Describe(answer)}.");
    }

    private async Task<(Verdict Verdict, string Seen)> TheirsAsync(CancellationToken cancellation)
    {
        if (stage.Options.Definition.Submit.Answer.Signed is null)
        {
            return NotPossible("the definition expects no signature in answers.");
        }

        if (!stage.Controls.IsSimulator)
        {
            return NotPossible("only the simulator plays it.");
        }

        await stage.Controls.PlayAsync("wrongSignature", cancellation);
        var answer = await stage.Supplier.SubmitAsync(stage.Supplier.Request(stage.AnyCase), cancellation);
        return answer is SupplierAnswer.Answered { Outcome: SupplierOutcome.Unknown }
            ? Passed($"not believed: {CertifiedSupplier.Describe(answer)}.")
            : Failed($"believed: {CertifiedSupplier.Describe(answer)}.");
    }
}
