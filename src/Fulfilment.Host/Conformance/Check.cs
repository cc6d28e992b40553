namespace Fulfilment.Host.Conformance;

/// <summary>One thing that a storefront must get right.</summary>
/// <param name="Name">In a few words; the table shows it.</param>
/// <param name="ToDo">What to change when it fails, in a sentence or two.</param>
/// <param name="RunAsync">Null when all is well, else what went wrong, in a sentence.</param>
internal sealed record Check(string Name, string ToDo, Func<Task<string?>> RunAsync);

/// <summary>What a check came to.</summary>
/// <param name="Name">The check's.</param>
/// <param name="Wrong">Null: passed.</param>
/// <param name="ToDo">What to change.</param>
internal sealed record CheckResult(string Name, string? Wrong, string ToDo)
{
    public bool Passed => Wrong is null;
}

/// <summary>What is played, and at whom.</summary>
/// <param name="Url">The storefront's webhook endpoint.</param>
/// <param name="Secret">That the endpoint was given.</param>
/// <param name="Seed">Chooses ids, so that a run can be told from the one before it and repeated.</param>
internal sealed record ConformanceOptions(Uri Url, Fulfilment.Core.Webhooks.WebhookSecret Secret, int Seed)
{
    /// <summary>Where an order's state can be read; holds <c>{clientReference}</c>.</summary>
    public string? StateUrl { get; init; }

    /// <summary>Where the storefront is told to buy.</summary>
    public Uri? OrderUrl { get; init; }

    /// <summary>Where the played order API listens: <c>http://127.0.0.1:9090</c>.</summary>
    public string? Listen { get; init; }

    /// <summary>How long a webhook's answer may take; the contract says ten seconds.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a purchase may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(90);
}
