using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Privacy;
using Fulfilment.Core.Storefronts;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Backups;
using Fulfilment.Infrastructure.Storage.Encryption;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Fulfilment.Host;

/// <summary>The one place that picks providers, and refuses those that cannot keep the promises.</summary>
internal static class Backends
{
    /// <param name="besideHost">Whether this process is a command that may run while a host serves from the same storage.</param>
    public static IServiceCollection AddBackends(this IServiceCollection services, IConfiguration configuration, bool besideHost)
    {
        RequireAny(configuration, "Pool:Provider", "InProcess", "Redis");
        RequireAny(configuration, JobsSetup.Provider, JobsSetup.Quartz, JobsSetup.Hangfire);
        _ = HostRoles.Read(configuration);

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IRandomBytes, SystemRandomBytes>();
        services.AddSingleton(provider => new BusinessCalendar(provider.GetRequiredService<TimeProvider>(), TimeZone(configuration)));
        services.AddSingleton<IdGenerator>();
        services.AddProtection(configuration);
        services.AddCatalogue();
        services.AddAlerts();
        services.AddPool(configuration);
        services.AddInventory();
        services.AddChecks();
        services.AddSingleton<RestoredRecords>().AddSingleton<RestoredIds>();
        services.AddSingleton<IRestoredBatchStore, RestoredBatchStore>().AddSingleton<ReleaseRestoredBatch>();
        services.AddPrivacy();
        services.AddStorage(configuration, besideHost);
        services.AddSingleton<Migrator>();
        services.AddSingleton<NodeLeaseStore>();
        services.AddSingleton<NodeNumber>();
        services.AddSingleton<JobLeaseStore>();
        return services;
    }

    private static void AddProtection(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(_ => new KeyFolder(configuration[Settings.StoragePath]!));
        services.AddSingleton<EngineKeys>();
        services.AddSingleton(_ => new CurrentKeys());
        services.AddSingleton<EncryptionKeyStore>().AddSingleton<EncryptedValues>().AddSingleton<ReencryptValues>();
        services.AddSingleton<ICodeProtection, CodeProtection>();
        services.AddSingleton<IPersonalDataProtection, PersonalDataProtection>();
        services.AddSingleton<ISupplierVault, SupplierVault>();
        services.AddSingleton<ICustodySeal, CustodySeal>();
    }

    private static void AddCatalogue(this IServiceCollection services)
    {
        services.AddSingleton<ISkuStore, SkuStore>().AddSingleton<CreateSku>().AddSingleton<UpdateSku>();
        services.AddSingleton<IStorefrontStore, StorefrontStore>().AddSingleton<CreateStorefront>().AddSingleton<UpdateStorefront>();
        services.AddSingleton<ISupplierStore, SupplierStore>().AddSingleton<CreateSupplier>().AddSingleton<UpdateSupplier>().AddSuppliers();
        services.AddSingleton<IApiKeyStore, ApiKeyStore>().AddSingleton<IssueKey>().AddSingleton<RotateKey>().AddSingleton<RevokeKey>();
        services.AddSingleton<IAccountStore, AccountStore>().AddSingleton<IWalletStore, WalletStore>().AddSingleton<RecordDeposit>();
        services.AddSingleton<IAuditStore, AuditStore>().AddSingleton<IRevealCounts, RevealCounts>();
        services.AddSingleton<IStockLevels, StockLevels>();
    }

    private static void AddChecks(this IServiceCollection services)
    {
        services.TryAddSingleton<CustodyChain>();
        services.AddSingleton<ICustodyRecordStore, CustodyRecordStore>().AddSingleton<VerifyCustody>();
        services.AddSingleton<ILedgerRecordStore, LedgerRecordStore>().AddSingleton<CheckLedger>();
    }

    private static void AddPrivacy(this IServiceCollection services) =>
        services.AddSingleton<ExportPerson>().AddSingleton<ErasePerson>();

    private static void AddInventory(this IServiceCollection services) =>
        services.AddSingleton<IInventory, InventoryReader>().AddSingleton<ImportBatch>()
            .AddSingleton<IKnownCodes, KnownCodes>().AddSingleton<ForecastImport>().AddSingleton<IBatchApprovals, BatchApprovalStore>().AddSingleton<DecideBatch>()
            .AddSingleton<ISoldCodes, SoldCodes>().AddSingleton<RegisterSoldCodes>().AddCardKeyMoves();

    private static void RequireAny(IConfiguration configuration, string setting, params ReadOnlySpan<string> available)
    {
        var chosen = configuration[setting];
        foreach (var name in available)
        {
            if (string.Equals(chosen, name, StringComparison.OrdinalIgnoreCase))
            {
                return;
            }
        }

        throw new SetupException($"{setting} = \"{chosen}\" is not known. Set it to {string.Join(" or ", available)}, or leave it out.");
    }

    private static TimeZoneInfo TimeZone(IConfiguration configuration)
    {
        var id = configuration["Business:TimeZone"] ?? "";
        return TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone)
            ? zone
            : throw new SetupException($"Business:TimeZone = \"{id}\" is not a time zone of this machine. Use an IANA name such as Asia/Shanghai; on a slim system, install tzdata.");
    }
}
