using System.Net;
using Fulfilment.Host.Api;
using Fulfilment.Host.Api.Lists;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Fulfilment.Host.Tests.Api.Lists;

public sealed class ListQueryTests
{
    private static TestHostOptions Options => new()
    {
        Endpoints = app => app.MapGet("/test/list", IResult (ListQuery page) =>
        {
            if (page.Refusal is { } refusal)
            {
                return new ProblemResult(refusal);
            }

            var found = Enumerable.Range(1, 7).Select(id => (long)id).Reverse().Where(id => id < page.Before).Take(page.Limit + 1).ToList();
            var answer = ListAnswer<long>.Of(found, page, id => id, id => id);
            return TypedResults.Text($"{string.Join(',', answer.Data)} {answer.NextCursor}");
        }),
    };

    [Fact]
    public async Task Pages_ShowEverythingOnce_NewestFirst()
    {
        await using var host = await TestHost.StartAsync(Options);
        var pages = new List<string>();
        string? cursor = null;
        do
        {
            using var answer = await host.GetAsync($"/test/list?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}");
            var parts = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split(' ');
            pages.Add(parts[0]);
            cursor = parts[1] is "" ? null : parts[1];
        }
        while (cursor is not null);

        Assert.Equal(["7,6,5", "4,3,2", "1"], pages);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("limit=99999999999", "limit")]
    [InlineData("cursor=", "cursor")]
    [InlineData("cursor=abc", "cursor")]
    [InlineData("cursor=c1_0000000000000", "cursor")]
    [InlineData("cursor=ord_0000000000001", "cursor")]
    public async Task BadPage_AnswersInvalidRequest(string query, string param)
    {
        await using var host = await TestHost.StartAsync(Options);

        using var answer = await host.GetAsync($"/test/list?{query}");

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }
}
