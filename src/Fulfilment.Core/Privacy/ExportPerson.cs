using System.Globalization;
using System.Text.Json;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Privacy;

/// <summary>Writes everything that orders hold of a person, in plain text and as JSON, for the person. Never codes. Audited before the first byte.</summary>
public sealed class ExportPerson(IPersonalDataStore store, IPersonalDataProtection protection, ICatalogue catalogue, IAuditStore audit, IdGenerator ids)
{
    private const int OrdersAPage = 100;

    /// <summary>How many orders were written to <paramref name="output"/>, which stays open.</summary>
    public async Task<int> RunAsync(Person person, IReadOnlyList<long> storefronts, Actor actor, Stream output, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(storefronts);
        await audit.RecordAsync(new AuditEntry(ids.Next(), actor, "privacy.exported", person.Label)).ConfigureAwait(false);

        // In parts, so that the memory does not grow with the number of orders.
        var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            json.WriteStartArray("orders"u8);
            var count = 0;
            foreach (var storefront in storefronts)
            {
                for (var before = long.MaxValue; ;)
                {
                    var found = await store.FindOrdersAsync(storefront, person, before, OrdersAPage, cancellation).ConfigureAwait(false);
                    if (found.Count == 0)
                    {
                        break;
                    }

                    foreach (var order in await store.ReadAsync(found, person, cancellation).ConfigureAwait(false))
                    {
                        Write(json, order);
                        count++;
                    }

                    await json.FlushAsync(cancellation).ConfigureAwait(false);
                    before = found[^1];
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
            return count;
        }
    }

    private void Write(Utf8JsonWriter json, PersonalOrder personal)
    {
        var order = personal.Order;
        json.WriteStartObject();
        json.WriteString("id"u8, PublicId.Format(PublicId.Order, order.Id));
        json.WriteString("storefront"u8, catalogue.Current.Storefronts.FirstOrDefault(storefront => storefront.Id == order.StorefrontId)?.Code);
        json.WriteString("clientReference"u8, order.ClientReference);
        json.WriteString("status"u8, JsonNamingPolicy.CamelCase.ConvertName(order.Status.ToString()));
        json.WriteString("createdAt"u8, order.CreatedAt);
        json.WriteString("currency"u8, order.Currency);
        json.WriteString("amount"u8, order.Amount.ToString());
        json.WriteString("source"u8, JsonNamingPolicy.CamelCase.ConvertName(order.Source.ToString()));
        json.WriteString("campaign"u8, personal.Campaign);
        Write(json, "metadata", order.Metadata);
        json.WritePropertyName("buyer"u8);
        WriteStored(json, order.Id, personal.Buyer);
        json.WriteStartArray("lines"u8);
        foreach (var line in order.Lines)
        {
            Write(json, line, personal.Inputs.GetValueOrDefault(line.Id));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, StoredLine line, byte[]? inputs)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, PublicId.Format(PublicId.Line, line.Id));
        json.WriteString("sku"u8, catalogue.Current.FindSku(line.SkuId)?.Code);
        json.WriteNumber("quantity"u8, line.Quantity);
        json.WriteString("recipient"u8, line.Recipient is { } recipient ? protection.Reveal(line.Id, recipient) : null);

        // The first unit the line was placed with is the inputs' owner; units that replaced others came later.
        json.WritePropertyName("inputs"u8);
        WriteStored(json, line.Units[0].Id, inputs);
        Write(json, "metadata", line.Metadata);
        json.WriteStartArray("units"u8);
        foreach (var unit in line.Units)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, PublicId.Format(PublicId.Unit, unit.Id));
            json.WriteString("status"u8, JsonNamingPolicy.CamelCase.ConvertName(unit.State.ToString()));
            json.WriteString("deliveredAt"u8, unit.DeliveredAtMs is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("O", CultureInfo.InvariantCulture) : null);
            json.WriteString("expiresOn"u8, unit.ExpiresOn is { } day && ExpiryDay.ToDate(day) is { } date ? date.ToString("O", CultureInfo.InvariantCulture) : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // It was JSON when it was encrypted.
    private void WriteStored(Utf8JsonWriter json, long ownerId, byte[]? stored)
    {
        if (stored is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteRawValue(protection.Reveal(ownerId, stored));
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string>? metadata)
    {
        json.WritePropertyName(name);
        if (metadata is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        foreach (var (key, value) in metadata)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }
}
