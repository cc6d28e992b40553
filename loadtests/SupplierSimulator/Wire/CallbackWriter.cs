using System.Text;
using System.Text.Json.Nodes;
using Fulfilment.Suppliers.Declarative.Model;

namespace SupplierSimulator.Wire;

/// <summary>Writes a callback where a definition reads it.</summary>
internal sealed class CallbackWriter(CallbackDefinition callback, AnswerWriter answers, IReadOnlyDictionary<string, string> secrets)
{
    public WireCallback Write(string reference, Statement statement)
    {
        var json = JsonTree.Finish(JsonTree.Put(answers.Write(callback.Answer, statement), callback.Reference, reference))!.AsObject();
        var headers = MessageSigner.Sign(callback.Signed, json, callback.Format == CallbackFormat.Query ? "" : Encode(json), callback.Method, secrets, DateTimeOffset.UtcNow);
        var signed = Encode(json);
        return callback.Format == CallbackFormat.Query
            ? new WireCallback(callback.Method, "?" + signed, headers, null, [])
            : new WireCallback(callback.Method, "", headers, callback.Format == CallbackFormat.Json ? "application/json" : "application/x-www-form-urlencoded", Encoding.UTF8.GetBytes(signed));
    }

    private string Encode(JsonObject json) => callback.Format == CallbackFormat.Json
        ? json.ToJsonString(ReceivedRequest.Compact)
        : string.Join('&', json.Select(field => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(JsonTree.TextOf(field.Value!))}"));
}
