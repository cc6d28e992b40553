namespace Fulfilment.Infrastructure.Security;

/// <summary>Stands in front of what the look-up key hashes, so that an equal card number and phone number have different hashes.</summary>
internal enum LookUpDomain : byte
{
    CardNumber = 1,
    Personal = 2,
}
