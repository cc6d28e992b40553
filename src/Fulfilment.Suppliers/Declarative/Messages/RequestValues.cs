using System.Globalization;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Suppliers.Declarative.Messages;

/// <summary>What the templates of one request are filled with. Prints nothing of it.</summary>
public sealed class RequestValues : ITemplateValues
{
    /// <summary>What is asked for or about; null: our money or the products.</summary>
    public SupplierRequest? Request { get; init; }

    /// <summary>Of the settings.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>Of the settings.</summary>
    public string? CallbackUrl { get; init; }

    /// <summary>What the base address has behind the host's name; signatures cover it.</summary>
    public string BasePath { get; init; } = "";

    /// <summary>The time; the same for the whole request.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The supplier's zone.</summary>
    public required TimeZoneInfo TimeZone { get; init; }

    /// <summary>Chance; the same for the whole request.</summary>
    public required string Nonce { get; init; }

    /// <summary>Of a list, from 1 on.</summary>
    public int Page { get; init; } = 1;

    /// <summary>The signature, once it is known.</summary>
    public string? Sign { get; init; }

    /// <inheritdoc/>
    public string? Find(Placeholder placeholder)
    {
        ArgumentNullException.ThrowIfNull(placeholder);
        return placeholder.Kind switch
        {
            PlaceholderKind.Reference => Request?.Reference,
            PlaceholderKind.SupplierSku => Request?.SupplierSku,
            PlaceholderKind.Recipient => Request?.Recipient,
            PlaceholderKind.Input => Request?.Inputs.GetValueOrDefault(placeholder.Argument!),
            PlaceholderKind.MaxCost => Request is null ? null : MoneyFormat.Write(Request.MaxCost, placeholder.Format ?? MoneyFormat.Yuan),
            PlaceholderKind.Currency => Request?.Currency,
            PlaceholderKind.OrderTime => Request is null ? null : TimeFormat.Write(Request.CreatedAt, placeholder.Format ?? TimeFormat.Seconds, TimeZone),
            PlaceholderKind.Receipt => Request?.Receipt,
            PlaceholderKind.Timestamp => TimeFormat.Write(Now, placeholder.Format ?? TimeFormat.Seconds, TimeZone),
            PlaceholderKind.Nonce => Nonce,
            PlaceholderKind.Secret => Secrets.GetValueOrDefault(placeholder.Argument!),
            PlaceholderKind.CallbackUrl => CallbackUrl,
            PlaceholderKind.Page => Page.ToString(CultureInfo.InvariantCulture),
            PlaceholderKind.Sign => Sign,
            PlaceholderKind.Pairs or PlaceholderKind.Body or PlaceholderKind.SortedCharacters or PlaceholderKind.Field or PlaceholderKind.Header or PlaceholderKind.Method or PlaceholderKind.Path =>
                throw new InvalidOperationException("Only a signature's text has this place."),
        };
    }

    internal RequestValues WithSign(string sign) => new()
    {
        Request = Request, Secrets = Secrets, CallbackUrl = CallbackUrl, BasePath = BasePath, Now = Now, TimeZone = TimeZone, Nonce = Nonce, Page = Page, Sign = sign,
    };
}
