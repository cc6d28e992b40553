using FsCheck;
using FsCheck.Fluent;
using Fulfilment.Core;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Same content, same hash; and nothing else has it.</summary>
public sealed class OrderContentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-content-").FullName;
    private readonly PersonalDataProtection _protection;

    public OrderContentTests() => _protection = new PersonalDataProtection(KeyFile.LoadOrCreate(_folder, out _));

    private static OrderRequest Base => new()
    {
        ClientReference = "A-1",
        Currency = "CNY",
        Lines = [new OrderLineRequest { Sku = "VIP", Quantity = 2, Recipient = "138", Inputs = new Dictionary<string, string> { ["a"] = "b" }, MaxUnitPrice = new Money(1) }],
        Buyer = new BuyerRequest { Reference = "u-1" },
    };

    private static OrderLineRequest Line => Base.Lines[0];

    // Each differs from the plain order in one part of its content, or only in where one part ends and the next begins.
    private static readonly OrderRequest[] Different =
    [
        Base,
        Base with { Currency = "USD" },
        Base with { AllowPartial = true },
        Base with { Source = OrderSource.Prize },
        Base with { Buyer = null },
        Base with { Buyer = new BuyerRequest { Reference = "" } },
        Base with { Buyer = new BuyerRequest { Reference = "u-2" } },
        Base with { Lines = [Line, Line] },
        Base with { Lines = [Line with { Sku = "VIP2" }] },
        Base with { Lines = [Line with { Sku = "vip" }] },
        Base with { Lines = [Line with { Quantity = 3 }] },
        Base with { Lines = [Line with { Recipient = null }] },
        Base with { Lines = [Line with { Recipient = "" }] },
        Base with { Lines = [Line with { Recipient = "１３８" }] },
        Base with { Lines = [Line with { MaxUnitPrice = null }] },
        Base with { Lines = [Line with { MaxUnitPrice = Money.Zero }] },
        Base with { Lines = [Line with { Inputs = null }] },
        Base with { Lines = [Line with { Inputs = Inputs(("a", "c")) }] },
        Base with { Lines = [Line with { Inputs = Inputs(("ab", "")) }] },
        Base with { Lines = [Line with { Inputs = Inputs(("", "ab")) }] },
        Base with { Lines = [Line with { Inputs = Inputs(("a", "b"), ("c", "d")) }] },
        Base with { Lines = [Line with { Inputs = Inputs(("a", "d"), ("c", "b")) }] },
        Base with { Lines = [Line with { Sku = "VI", Recipient = "P138" }] },
        Base with { Lines = [Line with { Inputs = null }, Line] },
        Base with { Lines = [Line, Line with { Inputs = null }] },
        Base with { Lines = [Line with { Recipient = "é" }] },
        Base with { Lines = [Line with { Recipient = "e\u0301" }] },
    ];

    [Fact]
    public void DifferentContent_HasDifferentHashes() =>
        Assert.Equal(Different.Length, Different.Select(request => Convert.ToHexString(Hash(request))).Distinct().Count());

    [Fact]
    public void WhatIsNotContent_ChangesNothing()
    {
        var same = Base with
        {
            ClientReference = "A-2",
            Campaign = "spring",
            Metadata = Inputs(("a", "b")),
            Buyer = new BuyerRequest { Reference = "u-1", Ip = "203.0.113.9", DeviceId = "d", Contact = "a@b" },
            Lines = [Line with { SalePrice = new Money(7), Metadata = Inputs(("row", "1")) }],
        };

        Assert.Equal(Hash(Base), Hash(same));
        Assert.Equal(Hash(Base with { Lines = [Line with { Inputs = null }] }), Hash(Base with { Lines = [Line with { Inputs = Inputs() }] }));
        Assert.Equal(
            Hash(Base with { Lines = [Line with { Inputs = Inputs(("a", "1"), ("b", "2")) }] }),
            Hash(Base with { Lines = [Line with { Inputs = Inputs(("b", "2"), ("a", "1")) }] }));
        Assert.Equal(Hash(Base with { Buyer = null }), Hash(Base with { Buyer = new BuyerRequest { Contact = "x" } }));
    }

    // The same characters, cut into fields at different places: only the same cuts are the same content.
    [Fact]
    public void HashesAreEqual_OnlyWhereTheContentIs() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(
        Texts().ToArbitrary(), Cuts().Two().ToArbitrary(), (text, cuts) =>
        {
            var (one, other) = (Cut(text, cuts.Item1), Cut(text, cuts.Item2));
            return Hash(one).AsSpan().SequenceEqual(Hash(other)) == (Fields(one) == Fields(other));
        }));

    // A plain hash of an order would give its phone number away to anybody with a list of phone numbers.
    [Fact]
    public void AnotherInstallation_HashesTheSameContentToSomethingElse()
    {
        var folder = Directory.CreateTempSubdirectory("fulfilment-content-").FullName;
        using var other = new PersonalDataProtection(KeyFile.LoadOrCreate(folder, out _));
        Directory.Delete(folder, recursive: true);

        Assert.NotEqual(Hash(Base), OrderContent.Hash(Base, other));
    }

    public void Dispose()
    {
        _protection.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private byte[] Hash(OrderRequest request) => OrderContent.Hash(request, _protection);

    private static Dictionary<string, string> Inputs(params (string Name, string Value)[] inputs) => inputs.ToDictionary(input => input.Name, input => input.Value);

    private static Gen<string> Texts() => Gen.Elements("a", "b", "卡").ListOf(4).Select(parts => string.Concat(parts));

    private static Gen<int[]> Cuts() => Gen.Choose(0, 4).ArrayOf(4).Select(cuts => cuts.Order().ToArray());

    // Into SKU, recipient, an input's name and value, and the buyer's reference.
    private static OrderRequest Cut(string text, int[] cuts)
    {
        int[] ends = [0, .. cuts.Select(cut => Math.Min(cut, text.Length)), text.Length];
        var parts = Enumerable.Range(0, 5).Select(i => text[ends[i]..ends[i + 1]]).ToArray();
        return new OrderRequest
        {
            ClientReference = "A-1",
            Currency = "CNY",
            Lines = [new OrderLineRequest { Sku = parts[0], Quantity = 1, Recipient = parts[1], Inputs = Inputs((parts[2], parts[3])) }],
            Buyer = new BuyerRequest { Reference = parts[4] },
        };
    }

    private static string Fields(OrderRequest request) =>
        string.Join('|', request.Lines[0].Sku, request.Lines[0].Recipient, request.Lines[0].Inputs!.Single(), request.Buyer!.Reference);
}
