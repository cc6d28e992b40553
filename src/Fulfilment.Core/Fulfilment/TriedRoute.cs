using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Fulfilment;

/// <summary>What earlier attempts of a unit have made of one route.</summary>
/// <param name="IsRefused">Whether the supplier has definitely refused it, or issued what cannot be delivered.</param>
/// <param name="Missed">Attempts that never reached the supplier, or that it did not look at: nothing was refused, so the route may be tried again.</param>
/// <param name="RestsUntil">When it may be tried again after those.</param>
internal readonly record struct TriedRoute(bool IsRefused, int Missed, DateTimeOffset? RestsUntil)
{
    // So often it is tried even by a process that was away for longer than the SKU's patience.
    private const int MissesInAnyCase = 3;

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(2);

    /// <summary>Whether it is not to be tried any more.</summary>
    /// <param name="isPatient">Whether the SKU lets the unit wait longer.</param>
    public bool IsUsedUp(bool isPatient) => IsRefused || (!isPatient && Missed >= MissesInAnyCase);

    public static TriedRoute Of(Route route, IReadOnlyList<Attempt> attempts, CatalogueSnapshot snapshot)
    {
        var supplierId = snapshot.FindSupplier(route.Supplier!)?.Id;
        var (refused, missed, last) = (false, 0, 0L);
        foreach (var attempt in attempts.Where(attempt => attempt.SupplierId == supplierId && attempt.SupplierSku == route.SupplierSku))
        {
            if (attempt.IsMiss)
            {
                (missed, last) = (missed + 1, attempt.DecidedAtMs ?? 0);
            }
            else
            {
                refused |= attempt.State is AttemptState.Rejected or AttemptState.Unusable;
            }
        }

        // Ever longer, up to a minute: a supplier that cannot be reached is not knocked at for every unit all the time.
        DateTimeOffset? rests = missed == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(last) + (FirstRest * (1 << Math.Min(missed - 1, 5)));
        return new TriedRoute(refused, missed, rests);
    }
}
