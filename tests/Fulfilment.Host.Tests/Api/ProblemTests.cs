using System.Net;
using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Host.Tests.Api;

public sealed class ProblemTests
{
    private const string Secret = "4111-1111-1111-1111";

    private static readonly TestHostOptions Faulty = new()
    {
        Endpoints = app =>
        {
            app.MapGet("/test/bug", string () => throw new InvalidOperationException($"Found {Secret}."));
            app.MapGet("/test/lease", string () => throw new NodeLeaseLostException());
            app.MapGet("/test/status/{status:int}", (int status, HttpContext http) =>
            {
                http.Response.StatusCode = status;
            });
            app.MapGet("/test/refusal", () => new ProblemResult(new Refusal(RefusalCode.OutOfStock, "/lines/0", "Only 3 are left.")));
        },
    };

    [Fact]
    public async Task UnknownPath_AnswersNotFound()
    {
        await using var host = await TestHost.StartAsync();

        using var answer = await host.GetAsync("/v1/no-such-thing");

        var problem = await answer.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        Assert.False(problem.GetProperty("retryable").GetBoolean());
    }

    [Fact]
    public async Task WrongMethod_AnswersInvalidRequest_AndNamesTheAllowedOnes()
    {
        await using var host = await TestHost.StartAsync();

        using var answer = await host.SendAsync(HttpMethod.Delete, "/health/live");

        await answer.AssertProblemAsync(HttpStatusCode.MethodNotAllowed, "invalid_request");
        Assert.Equal("GET", Assert.Single(answer.Content.Headers.Allow));
    }

    [Fact]
    public async Task Head_AnswersWithoutBody()
    {
        await using var host = await TestHost.StartAsync();

        using var answer = await host.SendAsync(HttpMethod.Head, "/no-such-path");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Bug_AnswersInternal_AndTellsNothingButTheTraceId()
    {
        await using var host = await TestHost.StartAsync(Faulty);

        using var answer = await host.GetAsync("/test/bug?number=" + Secret);

        var problem = await answer.AssertProblemAsync(HttpStatusCode.InternalServerError, "internal");
        Assert.DoesNotContain(Secret, problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("InvalidOperation", problem.ToString(), StringComparison.Ordinal);
        Assert.Contains(problem.GetProperty("traceId").GetString()!, host.Log.Text, StringComparison.Ordinal);
        Assert.Contains("/test/bug", host.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("number=", host.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LostNodeLease_AnswersOverloaded()
    {
        await using var host = await TestHost.StartAsync(Faulty);

        using var answer = await host.GetAsync("/test/lease");

        var problem = await answer.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "overloaded");
        Assert.True(problem.GetProperty("retryable").GetBoolean());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CallerWhoGoesAway_IsNoError_ButABugThenStillIs(bool bug)
    {
        var entered = new TaskCompletionSource();
        await using var host = await TestHost.StartAsync(new TestHostOptions
        {
            Endpoints = app => app.MapGet("/test/wait", async (HttpContext http) =>
            {
                entered.SetResult();
                var gone = new TaskCompletionSource();
                http.RequestAborted.Register(gone.SetResult);
                await gone.Task;
                throw bug ? new InvalidOperationException("A bug.") : new OperationCanceledException(http.RequestAborted);
            }),
        });

        using var patience = new CancellationTokenSource();
        var request = host.Client.GetAsync(new Uri("/test/wait", UriKind.Relative), patience.Token);
        await entered.Task;
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await host.StopAsync();

        Assert.Equal(bug, host.Log.Lines.Any(line => line.Level >= LogLevel.Error));
    }

    [Theory]
    [InlineData(400, "invalid_request")]
    [InlineData(413, "too_large")]
    [InlineData(415, "unsupported_media_type")]
    [InlineData(418, "invalid_request")]
    [InlineData(502, "internal")]
    public async Task BareStatus_GetsTheFormOfAProblem(int status, string code)
    {
        await using var host = await TestHost.StartAsync(Faulty);

        using var answer = await host.GetAsync($"/test/status/{status}");

        await answer.AssertProblemAsync((HttpStatusCode)status, code);
    }

    [Theory]
    [InlineData(null, "en")]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN")]
    [InlineData("zh", "zh-CN")]
    [InlineData("en-GB, zh-CN;q=0.9", "en")]
    [InlineData("zh;q=0", "en")]
    [InlineData("fr, zh;q=0.1", "zh-CN")]
    [InlineData("zhx", "en")]
    [InlineData(";;,q=,", "en")]
    public async Task Language_FollowsAcceptLanguage(string? accepted, string expected)
    {
        await using var host = await TestHost.StartAsync(Faulty);

        using var answer = await host.GetAsync("/test/refusal", null, accepted is null ? [] : [("Accept-Language", accepted)]);

        var problem = await answer.AssertProblemAsync(HttpStatusCode.Conflict, "out_of_stock", "/lines/0");
        Assert.Equal(expected, Assert.Single(answer.Content.Headers.ContentLanguage));
        Assert.Equal(expected == "en" ? "Out of stock" : "库存不足", problem.GetProperty("title").GetString());
        Assert.Contains("Only 3 are left.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryCode_HasAStatusAndBothLanguages()
    {
        foreach (var code in Enum.GetValues<RefusalCode>())
        {
            var problem = Problem.Of(code);

            Assert.InRange(problem.Status, 400, 503);
            Assert.Matches("^[a-z]+(_[a-z]+)*$", problem.Code);
            Assert.NotEqual(problem.English.Detail, problem.Chinese.Detail);
            Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", problem.Chinese.Title + problem.Chinese.Detail);
            Assert.Equal(problem.Status is 429 or 503 || code is RefusalCode.Internal or RefusalCode.InProgress, problem.Retryable);
        }
    }

    [Fact]
    public async Task Answers_DoNotNameTheServer()
    {
        await using var host = await TestHost.StartAsync();

        using var answer = await host.GetAsync("/health/live");

        Assert.Empty(answer.Headers.Server);
    }
}
