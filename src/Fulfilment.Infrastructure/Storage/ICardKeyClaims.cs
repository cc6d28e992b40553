using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Gives card keys to units inside somebody's transaction, each by an update that names the state it must be in.</summary>
internal interface ICardKeyClaims
{
    /// <summary>Delivers keys from the table to all of the parts, or to none and says so.</summary>
    ValueTask<bool> TryDeliverAsync(IReadOnlyList<PartClaim> parts);

    /// <summary>Keys that are there, by id, with the end of their custody chains.</summary>
    ValueTask<IReadOnlyDictionary<long, ClaimedKey>> ReadAsync(IReadOnlyCollection<long> ids);
}
