using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Fulfilment.Host.Tests.Webhooks;

/// <summary>A real host process is killed with <c>kill -9</c> while it sends: every event arrives, each with one id, and a shop that minds ids acts on each once.</summary>
[Trait("Engine", "Sqlite")]
public sealed class WebhookKillTests : IDisposable
{
    private const int Orders = 300, Kills = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-hook-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task EveryEventArrives_WhateverIsKilled_WithTheSameId()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var receiver = await Receiver.StartAsync();
        var acted = new ConcurrentDictionary<string, string>();
        receiver.Answer = async (webhook, http) =>
        {
            acted.TryAdd(webhook.Id, webhook.Data.GetProperty("clientReference").GetString()!);
            await Task.Delay(5);
            http.Response.StatusCode = StatusCodes.Status204NoContent;
        };
        var settings = WebhookShop.Private.Select(setting => $"{setting.Key}={setting.Value}").ToArray();
        var host = await HostProcess.StartAsync(_folder, settings);
        var shop = await WebhookShop.OpenAsync(host, stock: Orders);
        var endpoint = await shop.EndpointAsync(receiver.Url);
        var (key, placed) = (shop.Key, new List<string>());
        for (var kill = 0; kill <= Kills; kill++)
        {
            for (var i = 0; i < Orders / (Kills + 1); i++)
            {
                var reference = $"K-{placed.Count}";
                using var answer = await host.PostAsync("/v1/orders", key, $$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{"sku":"VIP","quantity":1}]}""");
                Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
                placed.Add(reference);
            }

            if (kill < Kills)
            {
                var until = receiver.Received.Count + random.Next(1, 20);
                await Patience.UntilAsync(() => receiver.Received.Count >= until || acted.Count == placed.Count);
                await host.KillAsync();
                await host.DisposeAsync();
                host = await HostProcess.StartAsync(_folder, settings);
            }
        }

        await using (host)
        {
            await Patience.UntilAsync(() => acted.Count >= Orders, () => $"seed {seed}: {acted.Count} of {Orders} events came.");
        }

        Assert.Equal(placed.Order(), acted.Values.Order());
        Assert.True(endpoint.GetProperty("id").GetString()!.Length > 0);
    }
}
