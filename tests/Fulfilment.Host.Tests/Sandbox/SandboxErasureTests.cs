using Fulfilment.Host.Tests.Leaks;

namespace Fulfilment.Host.Tests.Sandbox;

public sealed class SandboxErasureTests(SandboxShop shop) : IClassFixture<SandboxShop>
{
    [Fact]
    public async Task ErasedPerson_IsGoneFromTheSandboxToo_WithTheReasonsOfItsCases()
    {
        const string Person = "13955501234", Name = "zq-sandbox-buyer";
        var order = await shop.PlacedAsync(SandboxShop.Body(shop.Reference(), Person));
        using (var asked = await shop.AskAsync(order, SandboxShop.UnitIds(order), "refund", reason: $"{Name} wants it back"))
        {
            Assert.Equal(System.Net.HttpStatusCode.Created, asked.StatusCode);
        }

        await HostCommand.DoAsync(shop.Host.Folder, "privacy", "erase", "--recipient", Person);

        Assert.Empty(new SecretScan([Person, Name]).FindInFolder(shop.Host.Folder));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await shop.ReadAsync(order)).GetProperty("lines")[0].GetProperty("recipient").ValueKind);
    }
}
