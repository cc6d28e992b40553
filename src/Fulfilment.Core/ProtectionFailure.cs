namespace Fulfilment.Core;

/// <summary>Why a protected value could not be opened.</summary>
public enum ProtectionFailure
{
    /// <summary>Too short, of an unknown format, or authentic but not what this version writes.</summary>
    Unreadable,

    /// <summary>Made with an encryption key this host has not loaded: the host lacks a key, the value is sound.</summary>
    UnknownKey,

    /// <summary>Changed since it was written, moved from another row, or made with another key of the same id.</summary>
    NotAuthentic,
}
