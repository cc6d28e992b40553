using System.Globalization;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment.Manual;

/// <summary>Shows a unit with everything that was tried for it: what suppliers said masked, and the look audited before it is answered.</summary>
public sealed class LookAtUnit(IUnitOverview units, MaskedAnswers masked, IAuditStore audit, IdGenerator ids)
{
    /// <summary>The unit; or <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<ShownUnit>> RunAsync(long unitId, Actor actor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (await units.FindAsync(unitId, cancellation).ConfigureAwait(false) is not { } history)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        var suppliers = history.Attempts.ToDictionary(attempt => attempt.Id, attempt => attempt.SupplierId);
        var answers = history.Answers.Select(answer => new ShownAnswer(answer, masked.Show(suppliers[answer.AttemptId], answer.Id, answer.Body))).ToList();
        await audit.RecordAsync(new AuditEntry(
            ids.Next(), actor, "unit.viewed", $"unit:{PublicId.Format(PublicId.Unit, unitId)}",
            After: string.Create(CultureInfo.InvariantCulture, $$"""{"attempts":{{history.Attempts.Count}},"answers":{{answers.Count}},"decisions":{{history.Decisions.Count}}}"""))).ConfigureAwait(false);
        return new ShownUnit(history, answers);
    }
}

/// <summary>A unit as a person looks at it.</summary>
/// <param name="History">The unit, what was tried and decided.</param>
/// <param name="Answers">What suppliers said, newest first, masked.</param>
public sealed record ShownUnit(UnitHistory History, IReadOnlyList<ShownAnswer> Answers);

/// <summary>What a supplier said, masked.</summary>
/// <param name="Answer">As it is stored.</param>
/// <param name="Text">As it is shown.</param>
public sealed record ShownAnswer(StoredAnswer Answer, string Text);
