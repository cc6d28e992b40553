using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Sandbox;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Sandbox;

/// <summary><c>/v1/account</c> for a test key: play money that never gets less, and what the sandbox orders moved of it.</summary>
internal static class SandboxAccountApi
{
    private static readonly AccountAnswer Account = new(
        Settlement.Prepaid,
        [.. SandboxAccount.Wallets.Select(wallet => new AccountWallet(wallet.Currency, wallet.Balance, wallet.Held, Money.Zero, wallet.Available(Money.Zero)))]) { Sandbox = true };

    public static Results<Ok<AccountAnswer>, ProblemResult> Get(Caller caller) =>
        OrdersApi.Storefront(caller, out _) is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(Account);

    public static async Task<Results<Ok<ListAnswer<AccountEntryAnswer>>, ProblemResult>> ListAsync(
        ListQuery page, Caller caller, HttpContext http, ISandboxStore store, TimeProvider time)
    {
        AccountQuery? filter = null;
        if ((OrdersApi.Storefront(caller, out var storefront) ?? AccountApi.Read(http, page, storefront?.Id ?? 0, out filter)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var wanted = filter!;
        var now = time.GetUtcNow();
        return TypedResults.Ok(await SandboxPages.ReadAsync(
            page,
            (before, limit) => store.ListAsync(new OrderQuery(wanted.StorefrontId, before, limit) { To = wanted.To }, http.RequestAborted),
            order => SandboxAccount.Entries(order, now)
                .Where(entry => (wanted.Currency ?? order.Currency) == order.Currency && !(entry.At < wanted.From) && !(entry.At >= wanted.To))
                .Select(entry => (entry.Id, Of(order, entry)))));
    }

    private static AccountEntryAnswer Of(SandboxOrder order, SandboxEntry entry) => new(
        PublicId.Format(PublicId.Transfer, entry.Id), entry.At, entry.Kind, entry.Amount, order.Currency, PublicId.Format(PublicId.Order, order.Id), order.ClientReference, null)
    {
        Sandbox = true,
    };
}
