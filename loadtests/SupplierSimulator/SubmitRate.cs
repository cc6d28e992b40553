namespace SupplierSimulator;

/// <summary>So many submissions in any second of the clock; null: as many as come. Used under the book's lock.</summary>
internal sealed class SubmitRate(int? perSecond, TimeProvider time)
{
    private long _second;
    private int _taken;

    public bool TryTake()
    {
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        _taken = second == _second ? _taken + 1 : 1;
        _second = second;
        return perSecond is null || _taken <= perSecond;
    }
}
