using System.Data.Common;
using Fulfilment.Core.Fulfilment;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The statements of a fulfilment transaction.</summary>
internal sealed class FulfilmentTransaction(DbConnection connection, ICardKeyClaims claims, IOrderEffectsWriter effects)
    : OrderTransaction(connection, claims, effects), IFulfilmentTransaction;
