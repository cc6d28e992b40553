using System.Globalization;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment.Manual;

/// <summary>Shows a unit with everything that was tried for it: what suppliers said masked, and the look audited before it is answered.</summary>
public sealed class LookAtUnit(IUnitOverview units, ISuppliers suppliers, ISupplierVault vault, ICatalogue catalogue, IAuditStore audit, IdGenerator ids)
{
    private static readonly IReadOnlySet<string> Nothing = new HashSet<string>();

    /// <summary>The unit; or <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<ShownUnit>> RunAsync(long unitId, Actor actor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (await units.FindAsync(unitId, cancellation).ConfigureAwait(false) is not { } history)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        var answers = history.Answers.Select(answer => Show(answer, history)).ToList();
        await audit.RecordAsync(new AuditEntry(
            ids.Next(), actor, "unit.viewed", $"unit:{PublicId.Format(PublicId.Unit, unitId)}",
            After: string.Create(CultureInfo.InvariantCulture, $$"""{"attempts":{{history.Attempts.Count}},"answers":{{answers.Count}},"decisions":{{history.Decisions.Count}}}"""))).ConfigureAwait(false);
        return new ShownUnit(history, answers);
    }

    private ShownAnswer Show(StoredAnswer answer, UnitHistory history)
    {
        var supplierId = history.Attempts.First(attempt => attempt.Id == answer.AttemptId).SupplierId;
        var supplier = catalogue.Current.Suppliers.FirstOrDefault(known => known.Id == supplierId);
        var harmless = supplier is null ? null : suppliers.Find(supplier.Code)?.HarmlessFields;
        return new ShownAnswer(answer, AnswerMask.Mask(vault.RevealAnswer(answer.Id, answer.Body), harmless ?? Nothing));
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
