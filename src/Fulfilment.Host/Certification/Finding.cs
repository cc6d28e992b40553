namespace Fulfilment.Host.Certification;

/// <summary>What a check came to.</summary>
internal enum Verdict
{
    /// <summary>As it must be.</summary>
    Passed,

    /// <summary>Not as it must be.</summary>
    Failed,

    /// <summary>The host, the definition or the command line does not allow the check.</summary>
    NotPossible,
}

/// <summary>What a check came to, and what was seen.</summary>
/// <param name="Name">The check's.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Seen">In plain words; never a code or a recipient.</param>
internal sealed record Finding(string Name, Verdict Verdict, string Seen)
{
    /// <summary>As the list shows it.</summary>
    public override string ToString() => Verdict switch
    {
        Verdict.Passed => $"passed        {Name}: {Seen}",
        Verdict.Failed => $"FAILED        {Name}: {Seen}",
        Verdict.NotPossible => $"not possible  {Name}: {Seen}",
    };
}
