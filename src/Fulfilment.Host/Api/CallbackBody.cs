using System.Text;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Host.Api;

/// <summary>A callback as it came, with an end to how long it may be.</summary>
internal static class CallbackBody
{
    private const int Longest = 64 * 1024;

    /// <summary>Null: it is too long.</summary>
    public static async Task<byte[]?> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > Longest)
        {
            return null;
        }

        using var body = new MemoryStream();
        var piece = new byte[8 * 1024];
        for (int read; (read = await http.Request.Body.ReadAsync(piece, http.RequestAborted)) > 0;)
        {
            body.Write(piece, 0, read);
            if (body.Length > Longest)
            {
                return null;
            }
        }

        return body.ToArray();
    }

    /// <summary>What is behind the question mark, as it came.</summary>
    public static byte[] QueryOf(HttpRequest request) => Encoding.UTF8.GetBytes((request.QueryString.Value ?? "").TrimStart('?'));

    public static CallbackRequest Of(HttpRequest request, byte[] body) => new()
    {
        Method = request.Method,
        QueryString = request.QueryString.Value ?? "",
        Headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        Body = body,
    };
}
