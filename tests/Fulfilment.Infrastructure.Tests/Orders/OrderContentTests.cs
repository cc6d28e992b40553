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

    // Texts of a tiny alphabet, so that the same characters often stand on both sides of a boundary.
    [Fact]
    public void HashesAreEqual_OnlyWhereTheContentIs() => Check.QuickThrowOnFailure(Prop.ForAll(
        Contents().Two().ToArbitrary(),
        pair => Hash(pair.Item1).AsSpan().SequenceEqual(Hash(pair.Item2)) == (Text(pair.Item1) == Text(pair.Item2))));

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

    private static Gen<OrderRequest> Contents()
    {
        var text = Gen.Elements("", "a", "b", "ab", "卡");
        var line =
            from sku in text
            from quantity in Gen.Choose(1, 2)
            from recipient in Gen.OneOf(Gen.Constant<string?>(null), text.Select(value => (string?)value))
            from name in text
            from value in text
            from hasInputs in Gen.Elements(true, false)
            select new OrderLineRequest { Sku = sku, Quantity = quantity, Recipient = recipient, Inputs = hasInputs ? Inputs((name, value)) : null };
        return
            from lines in line.NonEmptyListOf()
            from buyer in Gen.OneOf(Gen.Constant<string?>(null), text.Select(value => (string?)value))
            select new OrderRequest { ClientReference = "A-1", Currency = "CNY", Lines = [.. lines.Take(2)], Buyer = new BuyerRequest { Reference = buyer } };
    }

    private static string Text(OrderRequest request) => string.Join('|', request.Lines.Select(line =>
        $"{line.Sku},{line.Quantity},{line.Recipient ?? "null"},{(line.Inputs is null ? "none" : string.Join(';', line.Inputs.Select(input => $"{input.Key}={input.Value}")))}"))
        + "|" + (request.Buyer!.Reference ?? "null");
}
