namespace Fulfilment.Core.CardKeys;

/// <summary>What can be wrong with the custody of card keys.</summary>
public enum CustodyFault
{
    /// <summary>An entry's seal does not follow from the entry before: somebody without the custody key changed a record.</summary>
    SealBroken,

    /// <summary>An entry is missing inside a chain, or there twice.</summary>
    SequenceGap,

    /// <summary>A chain goes from one state to another that does not follow it.</summary>
    TransitionNotAllowed,

    /// <summary>A card key is in another state than its chain ends with.</summary>
    StateDiffers,

    /// <summary>A delivered or reserved card key is held by no unit.</summary>
    UnitMissing,

    /// <summary>A unit holds a card key that was not given to it, or stands in a state that does not fit the key's.</summary>
    UnitDiffers,

    /// <summary>The register of fingerprints does not know a card key, or knows another by the same fingerprint.</summary>
    FingerprintDiffers,

    /// <summary>There are entries for a card key that is not there.</summary>
    KeyMissing,

    /// <summary>A unit that must hold a card key holds none, or one that is not there.</summary>
    UnitWithoutKey,

    /// <summary>A card key whose unit was replaced or refunded is not flagged as withdrawn, or one is whose unit was not.</summary>
    WithdrawnFlagDiffers,

    /// <summary>A day root's seal is not that of the row.</summary>
    DaySealBroken,

    /// <summary>A day has more or fewer entries than its roots say.</summary>
    DayCountDiffers,

    /// <summary>A day's entries are not those its roots were made of.</summary>
    DayRootDiffers,

    /// <summary>A batch has more or fewer card keys than were accepted.</summary>
    BatchCountDiffers,

    /// <summary>A batch's counters are not what its card keys add up to.</summary>
    BatchStockDiffers,
}
