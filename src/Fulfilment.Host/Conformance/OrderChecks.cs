using System.Globalization;
using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Orders;

namespace Fulfilment.Host.Conformance;

/// <summary>What a storefront must get right when it buys. Each check tells it to buy once and plays one course of events at it.</summary>
internal sealed class OrderChecks(ConformanceOptions options, OrderStage stage, HttpClient client, TimeProvider time)
{
    private const int RetryAfterSeconds = 1;

    private const string PostAgain = "An order without an answer may be stored: post the same clientReference and body again until there is an answer.";
    private const string Wait = "429 and 503 say that nothing was done: wait for Retry-After, then post the same order again.";

    // Clocks and timers are not exact; what comes a little early is meant well.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    public IReadOnlyList<Check> All =>
    [
        Play("order fulfilled at once", "Report the order's status.", new(_ => Show(201), OrderStatus.Fulfilled), "fulfilled"),
        Play("first answer never comes", PostAgain, new(post => post == 1 ? new StageAnswer.Silence() : Show(200), OrderStatus.Fulfilled), "fulfilled", leastPosts: 2),
        Play("connection closed before the answer", PostAgain, new(post => post == 1 ? new StageAnswer.Close() : Show(200), OrderStatus.Fulfilled), "fulfilled", leastPosts: 2),
        Play("503 with Retry-After", Wait, Busy(RefusalCode.Overloaded), "fulfilled", leastPosts: 2, waits: true),
        Play("429 with Retry-After", Wait, Busy(RefusalCode.VelocityLimited), "fulfilled", leastPosts: 2, waits: true),
        Play("202, then fulfilled", "202 means still open: read GET /v1/orders/{id}, or post again, until the status is final.", new(post => Show(post == 1 ? 202 : 200), OrderStatus.Fulfilled, openReads: 2), "fulfilled"),
        Play("200 at the first posting", "200 means the order is there already, perhaps from before a restart: it is as good as 201.", new(_ => Show(200), OrderStatus.Fulfilled), "fulfilled"),
        Play("201 that says failed", "201 means final, not delivered: read status.", new(post => Show(post == 1 ? 201 : 200), OrderStatus.Failed), "failed"),
        Play("409 out of stock", "A problem with \"retryable\": false stays one: report it, and do not post again.", new(_ => new StageAnswer.Refuse(RefusalCode.OutOfStock), OrderStatus.Failed), null, mostPosts: 1),
    ];

    private static OrderPlay Busy(RefusalCode code) =>
        new(post => post == 1 ? new StageAnswer.Refuse(code, RetryAfterSeconds) : Show(post == 2 ? 201 : 200), OrderStatus.Fulfilled);

    private static StageAnswer.Show Show(int status) => new(status);

    private Check Play(string name, string toDo, OrderPlay play, string? reported, int leastPosts = 1, int mostPosts = int.MaxValue, bool waits = false) => new(name, toDo, async () =>
    {
        stage.Put(play);
        var (answer, silent) = await BuyAsync();
        var posts = play.Posts;
        return (posts.Count == 0 && play.Fault is null ? $"It was told to buy and posted no order to {stage.Address}/v1/orders. {silent}" : null)
            ?? play.Fault
            ?? SameOrder(posts)
            ?? (posts.Count < leastPosts ? "It did not post the order again." : null)
            ?? (posts.Count > mostPosts ? $"It posted the order {posts.Count} times." : null)
            ?? (waits ? Waited(posts) : null)
            ?? silent
            ?? Reported(answer!, reported, posts[0].Reference);
    });

    private async Task<(PurchaseAnswer? Answer, string? Silent)> BuyAsync()
    {
        using var patience = new CancellationTokenSource(options.Patience, time);
        try
        {
            using var answer = await client.PostAsJsonAsync(options.OrderUrl, new Purchase("TEST-CARD", 1, "13800000000"), ConformanceJson.Default.Purchase, patience.Token);
            if (!answer.IsSuccessStatusCode)
            {
                return (null, string.Create(CultureInfo.InvariantCulture, $"The order URL answered {(int)answer.StatusCode}; 200 with clientReference and status was right."));
            }

            var read = await answer.Content.ReadFromJsonAsync(ConformanceJson.Default.PurchaseAnswer, patience.Token);
            return read is null ? (null, "The order URL answered null.") : (read, null);
        }
        catch (OperationCanceledException)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"The order URL did not say what the purchase came to within {options.Patience.TotalSeconds} s."));
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            return (null, "The order URL did not answer with JSON such as {\"clientReference\":\"A-1\",\"status\":\"fulfilled\"}.");
        }
    }

    private static string? SameOrder(IReadOnlyList<PostedOrder> posts)
    {
        var references = posts.Select(post => post.Reference).Distinct().ToList();
        if (references.Count > 1)
        {
            return $"It posted {references.Count} references for one purchase: {string.Join(", ", references)}. Each makes an order of its own.";
        }

        return posts.All(post => JsonElement.DeepEquals(post.Body, posts[0].Body)) ? null : "It posted another body under the same reference, which is refused with reference_conflict.";
    }

    private string? Waited(IReadOnlyList<PostedOrder> posts)
    {
        var waited = time.GetElapsedTime(posts[0].At, posts[1].At);
        return waited + Grace >= TimeSpan.FromSeconds(RetryAfterSeconds)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"It posted again after {waited.TotalSeconds:0.0} s; Retry-After said {RetryAfterSeconds}.");
    }

    private static string? Reported(PurchaseAnswer answer, string? status, string reference)
    {
        if (answer.ClientReference != reference)
        {
            return $"It reported the reference {answer.ClientReference ?? "(none)"}; it had posted {reference}.";
        }

        var isRight = status is null ? answer.Status is not ("fulfilled" or "partiallyFulfilled" or "processing" or "held") : answer.Status == status;
        return isRight ? null : $"It reported the status {answer.Status ?? "(none)"}; {status ?? "a failure"} was right.";
    }
}
