using System.Net;
using System.Text;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Tests;
using Fulfilment.Suppliers.OwnContract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Suppliers.Tests;

/// <summary>Which suppliers can be called, and what changes them.</summary>
public sealed class SupplierDirectoryTests : ICatalogue, ISupplierVault, IDisposable
{
    private const string Settings = """{ "baseUrl": "http://127.0.0.1:1", "secrets": { "apiKey": "k" } }""";

    private static readonly Supplier Acme = new()
    {
        Id = 7,
        Code = "acme",
        Name = "Acme",
        Adapter = "contract",
        Settings = Encoding.UTF8.GetBytes(Settings),
        UpdatedAt = DateTimeOffset.UnixEpoch,
    };

    private readonly SupplierDirectory _directory;

    public SupplierDirectoryTests()
    {
        Has(Acme);
        _directory = new SupplierDirectory(this, this, new SupplierAdapters([new ContractAdapter()]), new ManualTimeProvider(), NullLogger<SupplierDirectory>.Instance);
    }

    public CatalogueSnapshot Current { get; private set; } = CatalogueSnapshot.Empty;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Supplier_StaysTheSame_UntilItsSettingsChange()
    {
        var first = _directory.Find("acme");
        Has(Acme with { Name = "Acme & Co", Paused = true, Settings = Encoding.UTF8.GetBytes(Settings) });
        var renamed = _directory.Find("acme");
        Has(Acme with { Settings = Encoding.UTF8.GetBytes(Settings.Replace("\"k\"", "\"new\"", StringComparison.Ordinal)) });
        var changed = _directory.Find("acme");

        Assert.NotNull(first);
        Assert.Same(first, renamed);
        Assert.NotNull(changed);
        Assert.NotSame(first, changed);
    }

    [Fact]
    public void PausedSupplier_TakesNoSubmission_AndIsStillFoundForQueries()
    {
        Has(Acme with { Paused = true });
        Assert.Equal(new SupplierEntry.Shut("paused"), _directory.Enter("acme"));
        Assert.NotNull(_directory.Find("acme"));

        Has(Acme with { Active = false });
        Assert.Equal(new SupplierEntry.Shut("paused"), _directory.Enter("acme"));

        Has(Acme);
        Assert.IsType<SupplierEntry.Open>(_directory.Enter("acme")).Slot.Dispose();
    }

    [Fact]
    public void SupplierThatCannotBeCalled_IsShutAndNotFound()
    {
        foreach (var supplier in new[]
        {
            Acme with { Adapter = null, Settings = null },
            Acme with { Adapter = "of another release" },
            Acme with { Settings = null },
            Acme with { Settings = Encoding.UTF8.GetBytes("{}") },
            Acme with { Settings = Encoding.UTF8.GetBytes("{") },
            Acme with { Code = "other" },
        })
        {
            Has(supplier);
            Assert.Equal(new SupplierEntry.Shut("not_configured"), _directory.Enter("acme"));
            Assert.Null(_directory.Find("acme"));
        }
    }

    [Fact]
    public void Callback_MayComeFromWhereTheSettingsSay()
    {
        Assert.True(_directory.MayCallBack("acme", IPAddress.Parse("198.51.100.7")));

        Has(Acme with { Settings = Encoding.UTF8.GetBytes(Settings.Replace("{ \"base", "{ \"callbackIps\": [\"203.0.113.0/24\", \"2001:db8::1\"], \"base", StringComparison.Ordinal)) });

        Assert.True(_directory.MayCallBack("acme", IPAddress.Parse("203.0.113.9")));
        Assert.True(_directory.MayCallBack("acme", IPAddress.Parse("2001:db8::1")));
        Assert.False(_directory.MayCallBack("acme", IPAddress.Parse("203.0.114.9")));
        Assert.False(_directory.MayCallBack("acme", null));
    }

    Task ICatalogue.RefreshAsync(CancellationToken cancellation) => Task.CompletedTask;

    // As it is in the database, but for the encryption.
    byte[] ISupplierVault.ProtectSettings(long supplierId, string json) => Encoding.UTF8.GetBytes(json);

    string ISupplierVault.RevealSettings(long supplierId, ReadOnlySpan<byte> protectedSettings) => Encoding.UTF8.GetString(protectedSettings);

    byte[] ISupplierVault.ProtectAnswer(long rowId, ReadOnlySpan<byte> body) => body.ToArray();

    byte[] ISupplierVault.RevealAnswer(long rowId, ReadOnlySpan<byte> protectedBody) => protectedBody.ToArray();

    private void Has(Supplier supplier) => Current = new CatalogueSnapshot(1, [], [], [], [supplier]);
}
