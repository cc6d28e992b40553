namespace Fulfilment.LoadTests.Scenarios;

/// <summary>One thing that is measured.</summary>
internal interface IScenario
{
    Task RunAsync(Settings settings, Report report);
}
