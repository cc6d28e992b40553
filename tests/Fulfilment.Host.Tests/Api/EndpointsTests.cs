using System.CodeDom.Compiler;
using System.Reflection;

namespace Fulfilment.Host.Tests.Api;

public sealed class EndpointsTests
{
    [Fact]
    public async Task EveryEndpoint_IsCompiledByTheBuild()
    {
        // One whose types the generator cannot see falls back, without a word, to code that every start compiles anew.
        await using var host = await TestHost.StartAsync();

        var handlers = host.Endpoints().Where(endpoint => endpoint.Metadata.GetMetadata<MethodInfo>() is not null).ToList();

        Assert.NotEmpty(handlers);
        Assert.All(handlers, endpoint => Assert.True(endpoint.Metadata.GetMetadata<GeneratedCodeAttribute>() is not null, endpoint.DisplayName));
    }
}
