using Fulfilment.Core.CardKeys;

namespace Fulfilment.Core.Suppliers;

/// <summary>What a supplier says became of an attempt. Closed: there is no fifth.</summary>
public abstract record SupplierOutcome
{
    private SupplierOutcome()
    {
    }

    /// <summary>Done: the codes, or for a top-up the receipt. Definite.</summary>
    /// <param name="Codes">Usually one; none for a top-up, or where they have to be queried for.</param>
    /// <param name="Receipt">The supplier's own number, if it tells one.</param>
    /// <param name="Cost">What it charged, if it tells.</param>
    public sealed record Issued(IReadOnlyList<IssuedCode> Codes, string? Receipt = null, Money? Cost = null) : SupplierOutcome;

    /// <summary>Not done, and never will be. Definite: only what the supplier documents as such.</summary>
    /// <param name="Reason">The supplier's code for it, or ours; never personal data.</param>
    /// <param name="NotNow">Of a submission: only because the supplier takes no more for the moment. Another attempt may be submitted to it later.</param>
    public sealed record Rejected(string Reason, bool NotNow = false) : SupplierOutcome;

    /// <summary>Accepted and under way; ask, or wait for the callback.</summary>
    /// <param name="Receipt">The supplier's own number, if it tells one.</param>
    public sealed record Processing(string? Receipt = null) : SupplierOutcome;

    /// <summary>It may be done or not (存疑): no answer, one that cannot be read, or a code nobody has explained to us.</summary>
    /// <param name="Reason">What we saw: <c>timeout</c>, <c>http_502</c>, <c>unreadable</c>, <c>code_9999</c>; never personal data.</param>
    public sealed record Unknown(string Reason) : SupplierOutcome;
}

/// <summary>A code that a supplier issued.</summary>
/// <param name="Code">Plain text; lives only until it is encrypted.</param>
/// <param name="ExpiresOn">Its last day, if the supplier tells one.</param>
/// <param name="HasKnownForm">Whether somebody who knows the supplier has said what its codes look like, and this one does: it is a code then, though it reads like words.</param>
public sealed record IssuedCode(CodeText Code, DateOnly? ExpiresOn = null, bool HasKnownForm = false);

/// <summary>What came of asking a supplier.</summary>
public abstract record SupplierAnswer
{
    private SupplierAnswer()
    {
    }

    /// <summary>An outcome; also "unknown", when nothing came.</summary>
    /// <param name="Outcome">What the supplier says, or <see cref="SupplierOutcome.Unknown"/>.</param>
    /// <param name="Raw">As it came, if anything came.</param>
    public sealed record Answered(SupplierOutcome Outcome, RawAnswer? Raw) : SupplierAnswer;

    /// <summary>Of a query: the supplier has no such order. Whether that is final depends on the time; the engine decides.</summary>
    public sealed record NotFound(RawAnswer Raw) : SupplierAnswer;

    /// <summary>Of a submission: not a byte of it left this machine, so nothing was asked for. It may be submitted again as another attempt.</summary>
    /// <param name="Reason">Why: <c>connect_failed</c>, <c>send_deadline_passed</c>.</param>
    public sealed record NotSent(string Reason) : SupplierAnswer;
}

/// <summary>What a supplier sent, as it came. It may hold codes and recipients: stored encrypted, and shown masked by an allow-list.</summary>
public sealed class RawAnswer(int? status, byte[] body)
{
    /// <summary>Longer ones are cut.</summary>
    public const int LongestBody = 64 * 1024;

    /// <summary>Of HTTP.</summary>
    public int? Status { get; } = status;

    /// <summary>Undecoded.</summary>
    public byte[] Body { get; } = body;
}
