using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fulfilment.LoadTests.Servers;

/// <summary>A shop's webhook endpoint that takes everything at once, and tells how much it took.</summary>
internal static class ReceiverServer
{
    public static async Task RunAsync(string port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        var count = 0L;
        app.MapGet("/count", () => Interlocked.Read(ref count).ToString(CultureInfo.InvariantCulture));
        app.MapPost("/hook", async (HttpContext http) =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            Interlocked.Increment(ref count);
            http.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        await app.StartAsync();
        Console.WriteLine("READY");
        await app.WaitForShutdownAsync();
    }
}
