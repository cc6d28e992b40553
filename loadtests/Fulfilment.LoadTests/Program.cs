using Fulfilment.LoadTests;
using Fulfilment.LoadTests.Servers;

// The drivers start this program again as the servers that they measure.
if (args is ["serve", "engine", var engineFolder, var enginePort])
{
    await EngineServer.RunAsync(engineFolder, enginePort);
    return 0;
}

if (args is ["serve", "plain", var plainFolder, var plainPort])
{
    await PlainServer.RunAsync(plainFolder, plainPort);
    return 0;
}

if (args is ["serve", "supplier", _, var supplierPort])
{
    await SupplierServer.RunAsync(supplierPort);
    return 0;
}

if (args is ["serve", "receiver", _, var receiverPort])
{
    await ReceiverServer.RunAsync(receiverPort);
    return 0;
}

if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}

var report = new Report();
foreach (var scenario in settings.Scenarios)
{
    await scenario.RunAsync(settings, report);
}

report.Print();
if (settings.Save)
{
    Console.WriteLine($"Written to {report.Save()}");
}

return 0;
