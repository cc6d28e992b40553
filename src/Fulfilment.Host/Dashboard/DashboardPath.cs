namespace Fulfilment.Host.Dashboard;

/// <summary>Where the dashboard is.</summary>
internal static class DashboardPath
{
    public const string Root = "/hangfire";

    /// <summary>Below <see cref="Root"/>.</summary>
    public const string SignIn = "/sign-in", SignOut = "/sign-out";
}
