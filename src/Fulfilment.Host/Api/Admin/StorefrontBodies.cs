using System.Text.Json.Serialization;
using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Host.Api.Admin;

/// <summary>A change of a storefront, read as <see cref="SkuChanges"/> is.</summary>
internal class StorefrontChanges
{
    private readonly StorefrontFields _fields = new();

    /// <summary>What was given. A method, because a property of this name would be a field of the request.</summary>
    public StorefrontFields Read() => _fields;

    public string Code { set => _fields.Code = value; }

    public string Name { set => _fields.Name = value; }

    public Settlement Settlement { set => _fields.Settlement = value; }

    public Money? CreditLimit { set => _fields.CreditLimit = value; }

    public int? RatePerSecond { set => _fields.RatePerSecond = value; }

    public StockDisplay StockDisplay { set => _fields.StockDisplay = value; }

    public Money? HoldAbove { set => _fields.HoldAbove = value; }

    public Money? LowBalance { set => _fields.LowBalance = value; }

    public bool Active { set => _fields.Active = value; }
}

/// <summary>A new storefront.</summary>
internal sealed class NewStorefront : StorefrontChanges
{
    [JsonRequired]
    public new string Code { set => base.Code = value; }

    [JsonRequired]
    public new string Name { set => base.Name = value; }
}

/// <summary>A storefront as operators see it in lists.</summary>
internal record AdminStorefront(
    string Code,
    string Name,
    Settlement Settlement,
    Money? CreditLimit,
    int? RatePerSecond,
    StockDisplay StockDisplay,
    Money? HoldAbove,
    Money? LowBalance,
    bool Active,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static AdminStorefront Of(Storefront storefront) => new(
        storefront.Code,
        storefront.Name,
        storefront.Settlement,
        storefront.CreditLimit,
        storefront.RatePerSecond,
        storefront.StockDisplay,
        storefront.HoldAbove,
        storefront.LowBalance,
        storefront.Active,
        IdGenerator.TimeOf(storefront.Id),
        storefront.UpdatedAt);
}

/// <summary>A storefront with its money.</summary>
internal sealed record AdminStorefrontWithWallets : AdminStorefront
{
    public AdminStorefrontWithWallets(AdminStorefront storefront, IReadOnlyList<WalletBody> wallets)
        : base(storefront) => Wallets = wallets;

    /// <summary>One a currency; a wallet exists from its first movement on.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<WalletBody> Wallets { get; }
}

/// <summary>Money in one currency. <paramref name="Available"/> is null where there is no limit.</summary>
internal sealed record WalletBody(string Currency, Money Balance, Money Held, Money? Available)
{
    public static WalletBody Of(Wallet wallet, Storefront storefront) =>
        new(wallet.Currency, wallet.Balance, wallet.Held, wallet.Available(storefront.Terms.WalletFloor));
}

/// <summary>A deposit and the wallet after it.</summary>
internal sealed record DepositAnswer(string Id, Money Amount, string Currency, string? Reference, Money Balance, Money Held, Money? Available, DateTimeOffset CreatedAt)
{
    public static DepositAnswer Of(RecordedDeposit deposit) => new(
        PublicId.Format(PublicId.Transfer, deposit.Id),
        deposit.Amount,
        deposit.Currency,
        deposit.Reference,
        deposit.Balance,
        deposit.Held,
        deposit.Available,
        IdGenerator.TimeOf(deposit.Id));
}
