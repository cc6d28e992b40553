using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Host.Commands.Demo;

/// <summary>Sets a shop up by the use cases that the API calls. What is there already stays as it is.</summary>
internal sealed class DemoShop(IServiceProvider services, Actor actor)
{
    public const string Storefront = "demo-shop";

    private const int Codes = 1_000;
    private const int DaysToExpiry = 365;

    private ICatalogue Catalogue => services.GetRequiredService<ICatalogue>();

    /// <summary>Creates what is missing, stocks what is sold out, and makes a new key.</summary>
    public async Task<string> OpenAsync(CancellationToken cancellation)
    {
        foreach (var sku in DemoSkus.All)
        {
            if (Catalogue.Current.FindSku(sku.Code) is null)
            {
                Require(await services.GetRequiredService<CreateSku>().RunAsync(sku.Fields, actor));
            }

            await StockAsync(sku, cancellation);
        }

        if (Catalogue.Current.FindStorefront(Storefront) is null)
        {
            var fields = new StorefrontFields { Code = Storefront, Name = "演示店铺 Demo shop", Settlement = Settlement.Postpaid };
            Require(await services.GetRequiredService<CreateStorefront>().RunAsync(fields, actor));
        }

        var key = new KeyFields { Owner = $"storefront:{Storefront}", Scopes = ["orders", "codes"] };
        return Require(await services.GetRequiredService<IssueKey>().RunAsync(key, actor)).Text;
    }

    private async Task StockAsync(DemoSku sku, CancellationToken cancellation)
    {
        var skuId = Catalogue.Current.FindSku(sku.Code)!.Id;
        var stock = await services.GetRequiredService<IInventory>().StockAsync(skuId, owner: null, cancellation);
        if (stock.Any(batch => batch.Counts.Available > 0))
        {
            return;
        }

        var command = new ImportBatchCommand
        {
            Owner = "command",
            // Each file is made up anew, so none is ever sent twice.
            IdempotencyKey = $"demo-{services.GetRequiredService<IdGenerator>().Next()}",
            Sku = sku.Code,
            UnitCost = sku.UnitCost,
            Supplier = "demo",
        };
        var expiresOn = ExpiryDay.ToDate(services.GetRequiredService<BusinessCalendar>().Today + DaysToExpiry)!.Value;
        var csv = DemoCodes.Csv(Codes / DemoSkus.All.Count, sku.HasNumbers, expiresOn, services.GetRequiredService<IRandomBytes>());
        await using var rows = ImportFormats.Open(ImportFormat.Csv, csv, TextEncoding.Utf8);
        Require(await services.GetRequiredService<ImportBatch>().RunAsync(command, rows, progress: null, cancellation));
    }

    private static T Require<T>(Result<T> result) => result.Refusal is { } refusal
        ? throw new SetupException(
            $"The demo shop could not be set up ({refusal.Code}: {refusal.Detail ?? "no more is known"}). Choose an empty folder with --storage.")
        : result.Value;
}
