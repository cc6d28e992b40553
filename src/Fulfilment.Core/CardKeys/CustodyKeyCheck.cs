using Fulfilment.Core.Checks;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.CardKeys;

/// <summary>Checks card keys one after the other: the chain, and what the key, its unit and its fingerprint say beside it.</summary>
internal sealed class CustodyKeyCheck(CustodyChain chain, Findings<CustodyFault> findings)
{
    private CustodyKey? _key;
    private CustodyEntry? _last;

    public static string UnitName(long id) => $"unit {PublicId.Format(PublicId.Unit, id)}";

    /// <summary>Whether this record begins another key.</summary>
    public bool Next(in CustodyRecord record)
    {
        var isNew = !ReferenceEquals(_key, record.Key);
        if (isNew)
        {
            End();
            (_key, _last) = (record.Key, null);
        }

        if (record.Entry is { } entry)
        {
            CheckEntry(record.Key, entry);
            _last = entry;
        }

        return isNew;
    }

    /// <summary>There are no more records.</summary>
    public void End()
    {
        if (_key is not { } key)
        {
            return;
        }

        _key = null;
        var state = _last?.State ?? CardKeyState.Available;
        if (key.State != state)
        {
            findings.Add(CustodyFault.StateDiffers, Name(key), $"it is {key.State}, its chain ends with {state}");
        }

        CheckUnit(key);
        if (key.FingerprintKeyId != key.Origin.CardKeyId)
        {
            findings.Add(CustodyFault.FingerprintDiffers, Name(key), key.FingerprintKeyId is { } other ? $"registered for card key {other}" : "not registered");
        }
    }

    private void CheckEntry(CustodyKey key, CustodyEntry entry)
    {
        var sequence = (_last?.Sequence ?? 0) + 1;
        if (entry.Sequence != sequence)
        {
            findings.Add(CustodyFault.SequenceGap, Name(key), $"entry {entry.Sequence} where {sequence} is due");
        }

        if (!chain.Verify(key.Origin, _last, entry))
        {
            findings.Add(CustodyFault.SealBroken, Name(key), $"entry {entry.Sequence}");
        }

        var before = _last?.State ?? CardKeyState.Available;
        if (!CardKeyStates.Table.Allows(before, entry.State))
        {
            findings.Add(CustodyFault.TransitionNotAllowed, Name(key), $"entry {entry.Sequence} goes from {before} to {entry.State}");
        }
    }

    private void CheckUnit(CustodyKey key)
    {
        var held = key.State is CardKeyState.Delivered or CardKeyState.Reserved;
        if (key.Unit is not { } unit)
        {
            if (held)
            {
                findings.Add(CustodyFault.UnitMissing, Name(key), $"it is {key.State}");
            }

            return;
        }

        // A unit that was replaced or refunded goes on holding the code it was delivered with: it is never sold again.
        var fits = key.State switch
        {
            CardKeyState.Delivered => unit.State is UnitState.Delivered or UnitState.Replaced or UnitState.Refunded,
            CardKeyState.Reserved => unit.State is UnitState.Reserved,
            _ => false,
        };
        if (!fits)
        {
            findings.Add(CustodyFault.UnitDiffers, Name(key), $"it is {key.State}, {UnitName(unit.UnitId)} that holds it is {unit.State}");
        }
        else if (_last is { } last && last.UnitId != unit.UnitId)
        {
            findings.Add(CustodyFault.UnitDiffers, Name(key), $"its chain names {(last.UnitId is { } id ? UnitName(id) : "no unit")}, {UnitName(unit.UnitId)} holds it");
        }
    }

    private static string Name(CustodyKey key) => $"card key {key.Origin.CardKeyId}";
}
