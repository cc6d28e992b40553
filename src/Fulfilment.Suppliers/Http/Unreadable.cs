using System.Security.Cryptography;
using System.Text.Json;

namespace Fulfilment.Suppliers.Http;

/// <summary>What reading throws when a text is not of the form that its reader expects.</summary>
internal static class Unreadable
{
    public static bool Is(Exception exception) =>
        exception is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException or OverflowException or CryptographicException;
}
