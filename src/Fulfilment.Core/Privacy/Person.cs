using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Privacy;

/// <summary>By what orders know a person.</summary>
public enum PersonField
{
    /// <summary>The account that received a benefit.</summary>
    Recipient,

    /// <summary>The storefront's own number for the buyer.</summary>
    BuyerReference,
}

/// <summary>A person as orders can be searched for one: by a keyed hash, never by the text.</summary>
/// <param name="Field">Which of the two.</param>
/// <param name="Hash">See <see cref="IPersonalDataProtection.LookupHash"/>.</param>
public sealed record Person(PersonField Field, byte[] Hash)
{
    private const int LongestText = 128;
    private const int LabelBytes = 4;

    /// <summary>For the audit: tells two people apart and, without the key of the hash, says nothing about either.</summary>
    public string Label => $"person:{Convert.ToHexStringLower(Hash.AsSpan(0, LabelBytes))}";

    /// <summary>The person of whom exactly one of these was given, or why there is none.</summary>
    public static Result<Person> Read(string? recipient, string? buyerReference, IPersonalDataProtection protection)
    {
        ArgumentNullException.ThrowIfNull(protection);
        if (recipient is null == buyerReference is null)
        {
            return Core.Field.Refuse("", "Give exactly one of recipient and buyerReference.");
        }

        var (field, text, param) = recipient is null
            ? (PersonField.BuyerReference, buyerReference!, "/buyerReference")
            : (PersonField.Recipient, recipient, "/recipient");
        if (Core.Field.Text(text, param, LongestText) is { } refusal)
        {
            return refusal;
        }

        var hash = new byte[IPersonalDataProtection.HashSize];
        protection.LookupHash(text, hash);
        return new Person(field, hash);
    }

    /// <summary>Prints the label.</summary>
    public override string ToString() => Label;
}
