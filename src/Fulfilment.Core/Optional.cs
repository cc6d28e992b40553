namespace Fulfilment.Core;

/// <summary>A field that a request may leave out. Leaving it out keeps what is there; null, where the field allows it, clears it.</summary>
public readonly struct Optional<T>
{
    private readonly T _value;

    /// <summary>A field that was given.</summary>
    public Optional(T value) => (_value, IsGiven) = (value, true);

    /// <summary>Whether the field was given, be it with null.</summary>
    public bool IsGiven { get; }

    /// <summary>What was given, or <paramref name="otherwise"/>.</summary>
    public T Or(T otherwise) => IsGiven ? _value : otherwise;

    /// <summary>A field that was given.</summary>
    public static implicit operator Optional<T>(T value) => new(value);
}
