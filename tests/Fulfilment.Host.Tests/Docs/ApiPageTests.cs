using System.Globalization;
using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Alerts;
using Fulfilment.Host.Api;
using Fulfilment.Host.Api.Callers;
using Microsoft.AspNetCore.Routing;

namespace Fulfilment.Host.Tests.Docs;

/// <summary>docs/api.md, the running host and its OpenAPI document say the same.</summary>
public sealed class ApiPageTests : IAsyncLifetime
{
    private const string Document = "GET /openapi/v1.json";

    private readonly ApiPage _page = ApiPage.Read();
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public void Page_HasEveryEndpointOfTheHost_AndNoOther()
    {
        var endpoints = _host.Endpoints().SelectMany(Operations);

        Assert.Equal(endpoints.Order(StringComparer.Ordinal), _page.Operations.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Page_AndOpenApi_ListTheSameAnswersAndCodes()
    {
        var keyed = _host.Endpoints().Where(endpoint => endpoint.Metadata.GetMetadata<RequiredScope>() is not null).SelectMany(Operations).ToHashSet(StringComparer.Ordinal);
        var described = await ReadOpenApiAsync();
        var documented = _page.Operations.Where(operation => operation.Key != Document).ToDictionary(
            operation => operation.Key,
            operation => Merge(operation.Value, keyed.Contains(operation.Key) ? _page.Always : []).ToString());

        Assert.NotEmpty(keyed);
        Assert.Equal(
            documented.OrderBy(operation => operation.Key, StringComparer.Ordinal),
            described.OrderBy(operation => operation.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Page_HasEveryRefusalCode_WithItsStatus()
    {
        var problems = Enum.GetValues<RefusalCode>().Select(Problem.Of).ToDictionary(problem => problem.Code, problem => (problem.Status, problem.Retryable));

        Assert.Equal(problems.OrderBy(problem => problem.Key, StringComparer.Ordinal), _page.Codes.OrderBy(code => code.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Page_NamesOnlyCodesThatExist_WithTheirOwnStatus()
    {
        var named = _page.Operations.Values.Append(_page.Always).SelectMany(answers => answers).SelectMany(answer => answer.Value.Select(code => (code, answer.Key)));

        Assert.All(named, code => Assert.Equal(_page.Codes[code.code].Status, code.Key));
    }

    [Fact]
    public void Pages_SayWhatEveryKindOfAlertMeans()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "api.md"));
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));

        Assert.All(Enum.GetNames<AlertKind>().Select(JsonNamingPolicy.CamelCase.ConvertName), kind =>
        {
            Assert.Contains($"`{kind}`", page, StringComparison.Ordinal);
            Assert.Contains($"`{kind}`", guide, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void OperationsPage_SaysOfEveryKindOfAlertWhatMessagesSay()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));

        Assert.All(Enum.GetValues<AlertKind>(), kind => Assert.Contains(AlertGuide.Of(kind).English.NextStep, guide, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Operations(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}");

    private async Task<Dictionary<string, string>> ReadOpenApiAsync()
    {
        using var answer = await _host.GetAsync("/openapi/v1.json");
        var document = await answer.JsonAsync();
        return document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Name: $"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value)))
            .ToDictionary(operation => operation.Name, operation => Read(operation.Value).ToString());
    }

    // A problem's description is its codes.
    private static AnswerList Read(JsonElement operation)
    {
        var answers = new AnswerList();
        foreach (var response in operation.GetProperty("responses").EnumerateObject())
        {
            var isProblem = response.Value.TryGetProperty("content", out var content) && content.TryGetProperty(ProblemResult.MediaType, out _);
            answers.Add(
                int.Parse(response.Name, CultureInfo.InvariantCulture),
                isProblem ? response.Value.GetProperty("description").GetString()!.Split(", ") : []);
        }

        return answers;
    }

    private static AnswerList Merge(AnswerList own, AnswerList always)
    {
        var merged = new AnswerList();
        foreach (var (status, codes) in own.Concat(always))
        {
            merged.Add(status, codes);
        }

        return merged;
    }
}
