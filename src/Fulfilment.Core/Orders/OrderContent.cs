using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Fulfilment.Core.Orders;

/// <summary>
/// Tells whether two requests with one reference have the same content (API.md): the same lines (SKU, quantity, recipient, inputs,
/// maxUnitPrice), currency, allowPartial, source and buyer.reference. What else differs is not looked at.
/// </summary>
public static class OrderContent
{
    /// <summary>16 bytes, keyed: a plain hash of an order would give its phone number away to anybody with a list of phone numbers.</summary>
    public static byte[] Hash(OrderRequest request, IPersonalDataProtection protection)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(protection);
        var bytes = new ArrayBufferWriter<byte>(256);
        Add(bytes, request.Currency);
        Add(bytes, request.AllowPartial ? 1 : 0);
        Add(bytes, (long)(request.Source ?? OrderSource.Sale));
        Add(bytes, request.Buyer?.Reference);
        Add(bytes, request.Lines.Count);
        foreach (var line in request.Lines)
        {
            Add(bytes, line.Sku);
            Add(bytes, line.Quantity);
            Add(bytes, line.Recipient);
            Add(bytes, line.MaxUnitPrice?.TenThousandths ?? -1);
            Add(bytes, line.Inputs?.Count ?? 0);
            if (line.Inputs is { Count: > 0 } inputs)
            {
                foreach (var (name, value) in inputs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    Add(bytes, name);
                    Add(bytes, value);
                }
            }
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.WrittenSpan, digest);
        var hash = new byte[IPersonalDataProtection.HashSize];
        protection.LookupHash(Convert.ToHexString(digest), hash);
        return hash;
    }

    private static void Add(ArrayBufferWriter<byte> bytes, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes.GetSpan(8), number);
        bytes.Advance(8);
    }

    // Length first, so that no two lists of texts run together to the same bytes; none differs from empty.
    private static void Add(ArrayBufferWriter<byte> bytes, string? text)
    {
        if (text is null)
        {
            Add(bytes, -1);
            return;
        }

        Add(bytes, text.Length);
        Encoding.UTF8.GetBytes(text, bytes);
    }
}
