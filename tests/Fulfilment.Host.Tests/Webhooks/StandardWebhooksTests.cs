using System.Diagnostics;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Webhooks;

/// <summary>What this host sends, the package <c>standardwebhooks</c> of the standard's own authors verifies, in Node.</summary>
[Trait("Engine", "Sqlite")]
public sealed class StandardWebhooksTests : IDisposable
{
    private const string Package = "standardwebhooks@1.0.0";

    // Prints one line for each pair of webhook and secret: genuine, or why not.
    private const string Script = """
        const { Webhook } = require("standardwebhooks");
        const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
        for (const { secret, headers, body } of input) {
          try { console.log("genuine " + new Webhook(secret).verify(Buffer.from(body, "base64").toString("utf8"), headers).type); }
          catch (error) { console.log(error.message); }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-node-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TheStandardsOwnPackage_VerifiesWhatIsSent_AlsoWhileASecretIsRotated()
    {
        await InstallAsync();
        await using var shop = await WebhookShop.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        var first = await shop.EndpointAsync(receiver.Url);
        await shop.BuyAsync(more: ""","metadata":{"店":"主店"}""");
        await receiver.UntilAsync(1);
        var second = await shop.PostAsync($"/v1/webhook-endpoints/{first.GetProperty("id").GetString()}/rotate");
        await shop.BuyAsync();
        await receiver.UntilAsync(2);

        var output = await NodeAsync(
            Pair(first, receiver.Received[0]), Pair(second, receiver.Received[0]), Pair(first, receiver.Received[1]), Pair(second, receiver.Received[1]),
            Pair(first, receiver.Received[0] with { Body = [.. receiver.Received[0].Body, (byte)' '] }));

        Assert.Equal(["genuine order.fulfilled", "No matching signature found", "genuine order.fulfilled", "genuine order.fulfilled", "No matching signature found"], output);
    }

    private static object Pair(JsonElement endpoint, ReceivedWebhook webhook) => new
    {
        secret = endpoint.GetProperty("secret").GetString(),
        body = Convert.ToBase64String(webhook.Body),
        headers = new Dictionary<string, string> { ["webhook-id"] = webhook.Id, ["webhook-timestamp"] = webhook.Timestamp, ["webhook-signature"] = webhook.Signatures },
    };

    private async Task InstallAsync()
    {
        var (code, output) = await RunAsync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", Package], "");
        if (code != 0)
        {
            Assert.Skip($"Node, npm or the package {Package} is not at hand: {output}");
        }
    }

    private async Task<string[]> NodeAsync(params object[] pairs)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "verify.js"), Script, TestContext.Current.CancellationToken);
        var (code, output) = await RunAsync("node", ["verify.js"], JsonSerializer.Serialize(pairs));
        Assert.True(code == 0, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, process.ExitCode == 0 ? output : await errors);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return (-1, exception.Message);
        }
    }
}
