using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Host.Certification;

/// <summary>What the checks share: the supplier, what its host can be made to play, and who listens for callbacks.</summary>
internal sealed record CertificationStage(CertifyOptions Options, CertifiedSupplier Supplier, TestHostControls Controls, CallbackListener? Listener, TimeProvider Time)
{
    private static readonly TestCase Anything = new(TestOutcome.Issued, null, "CERTIFY", "13800000000", new Dictionary<string, string>());

    /// <summary>The case that is issued, or one made up: for the simulator, which plays any product as it is told.</summary>
    public TestCase AnyCase => Find(TestOutcome.Issued, null) ?? Anything;

    /// <summary>The product with which the host plays an outcome now; null: it cannot be made to.</summary>
    public async Task<TestCase?> PlayAsync(string fault, TestOutcome outcome, TestOutcome? then, CancellationToken cancellation)
    {
        if (!Controls.IsSimulator)
        {
            return Find(outcome, then);
        }

        await Controls.PlayAsync(fault, cancellation);
        return AnyCase;
    }

    /// <summary>Whether it can be asked what became of a submission that was answered so: some take queries by their own number alone.</summary>
    public bool CanAsk(Fulfilment.Core.Suppliers.SupplierAnswer answer) => Supplier.Supplier.CanQuery && (CertifiedSupplier.ReceiptOf(answer) is not null || !Options.Definition.Query!.Request.Uses(PlaceholderKind.Receipt));

    /// <summary>Why an outcome cannot be played.</summary>
    public string NoCase(TestOutcome outcome, TestOutcome? then) =>
        $"no case of the definition's \"tests\" says which product plays \"{Word(outcome)}\"{(then is { } end ? $" with \"then\": \"{Word(end)}\"" : "")}.";

    public static (Verdict Verdict, string Seen) Passed(string seen) => (Verdict.Passed, seen);

    public static (Verdict Verdict, string Seen) Failed(string seen) => (Verdict.Failed, seen);

    public static (Verdict Verdict, string Seen) NotPossible(string why) => (Verdict.NotPossible, why);

    private TestCase? Find(TestOutcome outcome, TestOutcome? then) => Options.Definition.Tests?.Cases.FirstOrDefault(play => play.Outcome == outcome && play.Then == then);

    private static string Word(TestOutcome meaning) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(meaning.ToString());
}
