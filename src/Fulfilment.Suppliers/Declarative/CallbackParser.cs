using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Answers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative;

/// <summary>Reads callbacks, and believes those alone whose signature is right.</summary>
internal sealed class CallbackParser(CallbackDefinition callback, OrderReading reading, ITemplateValues secrets)
{
    private const int LongestReference = 64;

    public ParsedCallback Parse(CallbackRequest request)
    {
        var format = callback.Format switch
        {
            CallbackFormat.Query => BodyFormat.None,
            CallbackFormat.Form => BodyFormat.Form,
            CallbackFormat.Json => BodyFormat.Json,
        };
        if (!string.Equals(request.Method, callback.Method, StringComparison.OrdinalIgnoreCase)
            || ReceivedMessage.Read(request, format, callback.Format == CallbackFormat.Query, callback.Signed.Sign) is not { } message)
        {
            return Refuse("unreadable");
        }

        if (!message.IsSignedBy(callback.Signed, secrets))
        {
            return Refuse("signature");
        }

        // Everything below is the supplier's own word, so what cannot be read is still answered: it would be sent again for ever.
        if (callback.Reference.FindTextOrNumber(message.Root) is not { Length: > 0 and <= LongestReference } reference)
        {
            return Refuse("unreadable");
        }

        return new ParsedCallback.Verified(reference, reading.Read(message.Root, null) ?? new SupplierOutcome.Unknown("not_found"), callback.Accepted, callback.Format == CallbackFormat.Query);
    }

    private ParsedCallback.Refused Refuse(string reason) => new(reason, callback.Refused);
}
