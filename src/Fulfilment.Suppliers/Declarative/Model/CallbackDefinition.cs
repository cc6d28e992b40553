using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Answers;

namespace Fulfilment.Suppliers.Declarative.Model;

/// <summary>What a supplier tells of its own accord. It is always signed: anybody can call an address.</summary>
public sealed record CallbackDefinition
{
    /// <summary>Of HTTP, in capitals.</summary>
    public required string Method { get; init; }

    /// <summary>Where its fields are.</summary>
    public required CallbackFormat Format { get; init; }

    /// <summary>Our number.</summary>
    public required JsonPath Reference { get; init; }

    /// <summary>How the rest is read.</summary>
    public required OrderAnswer Answer { get; init; }

    /// <summary>How it is signed.</summary>
    public required SignedAnswer Signed { get; init; }

    /// <summary>What the supplier wants to read once it is kept.</summary>
    public required CallbackReply Accepted { get; init; }

    /// <summary>What it reads when it is not.</summary>
    public required CallbackReply Refused { get; init; }
}

/// <summary>Where a callback's fields are.</summary>
public enum CallbackFormat
{
    /// <summary>Behind the question mark.</summary>
    Query,

    /// <summary>In the body: <c>a=1&amp;b=2</c>.</summary>
    Form,

    /// <summary>In the body: a JSON object.</summary>
    Json,
}
