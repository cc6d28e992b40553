using System.CommandLine;
using Fulfilment.Host.Commands;

return await new RootCommand("Takes orders for benefit codes and account top-ups and sees each one through to a delivered benefit, once.")
    .ServesByDefault()
    .WithDemo()
    .WithImport()
    .WithKeys()
    .WithCustody()
    .WithLedger()
    .WithBackup()
    .WithRestore()
    .WithRestored()
    .WithBatches()
    .WithConformance()
    .WithSuppliers()
    .WithPrivacy()
    .WithHealth()
    .Parse(args)
    .InvokeAsync();
