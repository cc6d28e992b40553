using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Fulfilment.Host.Tests;

public sealed class HostTests
{
    [Fact]
    public async Task UnknownPath_AnswersNotFound()
    {
        await using var host = new WebApplicationFactory<Program>();
        using var client = host.CreateClient();

        using var answer = await client.GetAsync(new Uri("/no-such-page", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
