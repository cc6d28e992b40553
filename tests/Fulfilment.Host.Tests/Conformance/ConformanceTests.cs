using System.Net;
using System.Net.Sockets;
using Fulfilment.Core.Webhooks;
using Fulfilment.Host.Conformance;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Host.Tests.Conformance;

/// <summary>The kit passes a storefront that is right, and each of its checks is seen to fail on the one that has its fault.</summary>
public sealed class ConformanceTests
{
    private const int Seed = 20_260_301;

    [Theory]
    [InlineData(ShopFault.None)]
    [InlineData(ShopFault.AnswersLate, "good event", "tampered body", "wrong secret", "missing headers", "old timestamp", "same event twice", "same event twice at once", "older version after newer", "late event", "unknown type", "unknown fields", "two signatures", "connection lost before the answer")]
    [InlineData(ShopFault.AnswersError, "good event", "tampered body", "wrong secret", "missing headers", "old timestamp", "same event twice", "same event twice at once", "older version after newer", "late event", "unknown type", "unknown fields", "two signatures", "connection lost before the answer")]
    [InlineData(ShopFault.VerifiesNothing, "tampered body", "wrong secret", "missing headers", "old timestamp")]
    [InlineData(ShopFault.LeavesBodyOutOfSignature, "tampered body")]
    [InlineData(ShopFault.TakesMissingHeadersForGood, "missing headers")]
    [InlineData(ShopFault.IgnoresTimestamp, "old timestamp")]
    [InlineData(ShopFault.CountsDuplicates, "same event twice", "same event twice at once", "connection lost before the answer")]
    [InlineData(ShopFault.LooksBeforeItActs, "same event twice at once")]
    [InlineData(ShopFault.ForgetsWhatBrokeOff, "connection lost before the answer")]
    [InlineData(ShopFault.TakesLastForNewest, "older version after newer")]
    [InlineData(ShopFault.JudgesAgeOfEvent, "late event")]
    [InlineData(ShopFault.RefusesUnknownTypes, "unknown type")]
    [InlineData(ShopFault.RefusesUnknownFields, "unknown fields")]
    [InlineData(ShopFault.ReadsFirstSignatureAlone, "two signatures")]
    [InlineData(ShopFault.RefusesDuplicates, "same event twice", "same event twice at once", "connection lost before the answer")]
    public async Task Webhooks_FailTheChecksOfTheirFault(ShopFault fault, params string[] failed)
    {
        var secret = WebhookSecret.Create(new SystemRandomBytes());
        await using var shop = await FaultyShop.StartAsync(fault, secret);

        var results = await RunAsync(new ConformanceOptions(new Uri(shop.Address, "/webhook"), secret, Seed)
        {
            StateUrl = $"{shop.Address}state/{{clientReference}}",
            AnswerWithin = fault == ShopFault.AnswersLate ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(10),
        });

        Assert.Equal(13, results.Count);
        AssertFailed(failed.Select(name => $"webhook: {name}"), results);
    }

    [Theory]
    [InlineData(ShopFault.None)]
    [InlineData(ShopFault.NewReferenceOnRetry, "first answer never comes", "connection closed before the answer", "503 with Retry-After", "429 with Retry-After")]
    [InlineData(ShopFault.NewBodyOnRetry, "first answer never comes", "connection closed before the answer", "503 with Retry-After", "429 with Retry-After")]
    [InlineData(ShopFault.GivesUp, "first answer never comes", "connection closed before the answer")]
    [InlineData(ShopFault.IgnoresRetryAfter, "503 with Retry-After", "429 with Retry-After")]
    [InlineData(ShopFault.BelievesCreated, "201 that says failed")]
    [InlineData(ShopFault.TakesRepeatForError, "first answer never comes", "connection closed before the answer", "200 at the first posting")]
    [InlineData(ShopFault.NeverLooksAgain, "202, then fulfilled")]
    [InlineData(ShopFault.RetriesEverything, "409 out of stock")]
    [InlineData(ShopFault.PostsNothing, "order fulfilled at once", "first answer never comes", "connection closed before the answer", "503 with Retry-After", "429 with Retry-After", "202, then fulfilled", "200 at the first posting", "201 that says failed", "409 out of stock")]
    [InlineData(ShopFault.PostsUnknownFields, "order fulfilled at once", "first answer never comes", "connection closed before the answer", "503 with Retry-After", "429 with Retry-After", "202, then fulfilled", "200 at the first posting", "201 that says failed", "409 out of stock")]
    public async Task Buyers_FailTheChecksOfTheirFault(ShopFault fault, params string[] failed)
    {
        var secret = WebhookSecret.Create(new SystemRandomBytes());
        var listen = $"http://127.0.0.1:{FreePort()}";
        await using var shop = await FaultyShop.StartAsync(fault, secret, new Uri(listen));

        var results = await RunAsync(new ConformanceOptions(new Uri(shop.Address, "/webhook"), secret, Seed) { OrderUrl = new Uri(shop.Address, "/buy"), Listen = listen });

        Assert.Equal(22, results.Count);
        AssertFailed(failed.Select(name => $"order: {name}"), results);
    }

    [Fact]
    public async Task AnEndpointNobodyServes_FailsEveryCheck_WithWords()
    {
        var results = await RunAsync(new ConformanceOptions(new Uri($"http://127.0.0.1:{FreePort()}/webhook"), WebhookSecret.Create(new SystemRandomBytes()), Seed));

        Assert.All(results, result => Assert.Contains("gave no answer (ConnectionError)", result.Wrong, StringComparison.Ordinal));
        Assert.EndsWith("0 passed, 13 failed", ConformanceRun.Summarise(results), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<CheckResult>> RunAsync(ConformanceOptions options)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {options.Seed}");
        return await ConformanceRun.RunAsync(options, TimeProvider.System, result =>
        {
            TestContext.Current.TestOutputHelper?.WriteLine(ConformanceRun.Describe(result));
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
    }

    private static void AssertFailed(IEnumerable<string> expected, IReadOnlyList<CheckResult> results)
    {
        Assert.Equal(expected, results.Where(result => !result.Passed).Select(result => result.Name));
        Assert.All(results, result => Assert.NotEmpty(result.ToDo));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
