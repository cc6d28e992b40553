using System.Text.Json;

namespace Fulfilment.Infrastructure.Tests.Alerting;

/// <summary>Reads what a service was told by a channel of type webhook.</summary>
internal static class Told
{
    public static JsonElement Data(Received received) => JsonDocument.Parse(received.Body).RootElement.GetProperty("data");

    /// <summary>What became of each alert in each message, in order.</summary>
    public static List<string> Events(HttpReceiver service) =>
        [.. service.All.SelectMany(received => Data(received).GetProperty("alerts").EnumerateArray()).Select(alert => alert.GetProperty("event").GetString()!)];
}
