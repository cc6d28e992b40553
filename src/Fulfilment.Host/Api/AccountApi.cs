using System.Text.Json.Serialization;
using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Fulfilment.Host.Api.Sandbox;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api;

/// <summary>A storefront's own money.</summary>
internal static class AccountApi
{
    public static void MapAccount(this WebApplication app)
    {
        ApiJson.Use(AccountJson.Default);
        var account = app.MapGroup("/v1/account").RequireScope(Scopes.Orders).WithTags("Account");
        account.MapGet("", GetAsync).InSandbox(SandboxAccountApi.Get).WithName("GetAccount").WithSummary("Shows what the storefront has, owes and may spend, by currency.");
        account.MapGet("/entries", ListAsync).InSandbox(SandboxAccountApi.ListAsync).WithName("ListAccountEntries").WithSummary("Lists the movements of the storefront's money, newest first.")
            .TakesQuery("currency", "Movements in this currency.")
            .TakesQuery("from", "Movements of this time (RFC 3339) or later.")
            .TakesQuery("to", "Movements before this time (RFC 3339).");
    }

    private static async Task<Results<Ok<AccountAnswer>, ProblemResult>> GetAsync(Caller caller, IWalletStore wallets, CancellationToken cancellation)
    {
        if (OrdersApi.Storefront(caller, out var storefront) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = await wallets.ListAsync(storefront.Id, cancellation);
        return TypedResults.Ok(new AccountAnswer(storefront.Settlement, [.. found.Select(wallet => AccountWallet.Of(wallet, storefront))]));
    }

    private static async Task<Results<Ok<ListAnswer<AccountEntryAnswer>>, ProblemResult>> ListAsync(
        ListQuery page, Caller caller, HttpContext http, IAccountStore accounts, CancellationToken cancellation)
    {
        AccountQuery? query = null;
        if ((OrdersApi.Storefront(caller, out var storefront) ?? Read(http, page, storefront?.Id ?? 0, out query)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = await accounts.ListAsync(query!, cancellation);
        return TypedResults.Ok(ListAnswer<AccountEntryAnswer>.Of(found, page, entry => entry.Id, AccountEntryAnswer.Of));
    }

    /// <summary>Reads the filters of the list, or tells why they cannot be used.</summary>
    internal static Refusal? Read(HttpContext http, ListQuery page, long storefrontId, out AccountQuery? query)
    {
        var values = http.Request.Query;
        var (from, to) = ((DateTimeOffset?)null, (DateTimeOffset?)null);
        var refusal = page.Refusal ?? QueryNames.Check(values, "limit", "cursor", "currency", "from", "to")
            ?? QueryTimes.Read(values, "from", out from) ?? QueryTimes.Read(values, "to", out to);
        query = refusal is not null ? null : new AccountQuery(storefrontId, page.Before, page.Limit + 1)
        {
            Currency = values["currency"] is [{ } currency] ? currency : null,
            From = from,
            To = to,
        };
        return refusal;
    }
}

/// <summary>A storefront's money; a wallet exists from its first movement on.</summary>
internal sealed record AccountAnswer(Settlement Settlement, IReadOnlyList<AccountWallet> Wallets)
{
    /// <summary>Whether it is play: asked for with a test key. Left out for live ones.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Sandbox { get; init; }
}

/// <summary>Money in one currency. <paramref name="CreditLimit"/> and <paramref name="Available"/> are null where there is no limit.</summary>
internal sealed record AccountWallet(string Currency, Money Balance, Money Held, Money? CreditLimit, Money? Available)
{
    public static AccountWallet Of(Wallet wallet, Storefront storefront) => new(
        wallet.Currency, wallet.Balance, wallet.Held,
        storefront.Settlement == Settlement.Prepaid ? Money.Zero : storefront.CreditLimit,
        wallet.Available(storefront.Terms.WalletFloor));
}

/// <summary>One movement; <paramref name="Amount"/> is negative for what was charged.</summary>
internal sealed record AccountEntryAnswer(
    string Id, DateTimeOffset At, TransferKind Kind, Money Amount, string Currency, string? OrderId, string? ClientReference, string? Reference)
{
    /// <summary>Whether it is play: asked for with a test key. Left out for live ones.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Sandbox { get; init; }

    public static AccountEntryAnswer Of(AccountEntry entry) => new(
        PublicId.Format(PublicId.Transfer, entry.Id),
        IdGenerator.TimeOf(entry.Id),
        entry.Kind,
        entry.Amount,
        entry.Currency,
        entry.OrderId is { } order ? PublicId.Format(PublicId.Order, order) : null,
        entry.ClientReference,
        entry.Reference);
}

[JsonSerializable(typeof(AccountAnswer))]
[JsonSerializable(typeof(ListAnswer<AccountEntryAnswer>))]
internal sealed partial class AccountJson : JsonSerializerContext;
