using System.Globalization;
using Fulfilment.Core.Orders;

namespace Fulfilment.Host.Api;

/// <summary>The header <c>Prefer: wait=N</c> of RFC 7240: for how long the caller would like to wait. What cannot be read is passed over, as the RFC has it.</summary>
internal static class PreferWait
{
    private const string Preference = "wait";

    /// <summary>Zero: not at all.</summary>
    public static TimeSpan Read(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Prefer", out var values))
        {
            return TimeSpan.Zero;
        }

        foreach (var preference in values.SelectMany(value => (value ?? "").Split(',')))
        {
            var parts = preference.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts is [var name, var seconds] && name.Equals(Preference, StringComparison.OrdinalIgnoreCase)
                && int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted))
            {
                return wanted < AwaitOrder.Longest.TotalSeconds ? TimeSpan.FromSeconds(wanted) : AwaitOrder.Longest;
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>Says for how long the caller may have waited.</summary>
    public static void Apply(HttpResponse response, TimeSpan wait) =>
        response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"{Preference}={wait.TotalSeconds}");
}
