using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fulfilment.Core.CardKeys.Life;

/// <summary>Reasons people give, and what the audit keeps of batches and card keys.</summary>
internal static class LifeText
{
    private const int LongestReason = 500;

    // Read by people: Chinese is not escaped.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Refusal? CheckReason(string? reason) => Field.Text(reason, "/reason", LongestReason, required: true);

    public static string Name<T>(T state)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(state.ToString());

    public static string Image(Batch batch, string? reason = null) =>
        Write(new JsonObject { ["status"] = Name(batch.Status), ["frozen"] = batch.Frozen }, reason);

    public static string Image(CardKeyState state, string? reason = null) => Write(new JsonObject { ["state"] = Name(state) }, reason);

    private static string Write(JsonObject image, string? reason)
    {
        if (reason is not null)
        {
            image["reason"] = reason;
        }

        return image.ToJsonString(Readable);
    }
}
