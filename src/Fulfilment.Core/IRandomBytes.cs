namespace Fulfilment.Core;

/// <summary>Random bytes that nobody can foretell, for keys. A port, so that tests can choose them.</summary>
public interface IRandomBytes
{
    /// <summary>Fills the whole span.</summary>
    void Fill(Span<byte> destination);
}
