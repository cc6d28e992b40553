using Fulfilment.Core;

namespace Fulfilment.Host.Api;

/// <summary>Refuses query parameters that an endpoint does not have: a misspelt filter must not look like one that found everything.</summary>
internal static class QueryNames
{
    /// <summary>The first parameter that is unknown or there twice; null when there is none.</summary>
    public static Refusal? Check(IQueryCollection query, params ReadOnlySpan<string> known)
    {
        foreach (var (name, values) in query)
        {
            if (!known.Contains(name))
            {
                return new Refusal(RefusalCode.InvalidRequest, Shorten(name), "There is no such query parameter here.");
            }

            if (values.Count > 1)
            {
                return new Refusal(RefusalCode.InvalidRequest, name, "The query parameter is there more than once.");
            }
        }

        return null;
    }

    private static string Shorten(string name) => name.Length <= 64 && WellFormedText.Is(name) ? name : "(query)";
}
