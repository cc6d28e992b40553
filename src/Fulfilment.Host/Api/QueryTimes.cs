using Fulfilment.Core;
using Fulfilment.Host.Api.Json;

namespace Fulfilment.Host.Api;

/// <summary>Reads times from a query.</summary>
internal static class QueryTimes
{
    /// <summary>Why the parameter is no time; null when it is one, or not there.</summary>
    public static Refusal? Read(IQueryCollection query, string name, out DateTimeOffset? time)
    {
        time = null;
        if (query[name] is not [{ } text])
        {
            return null;
        }

        if (!Rfc3339.TryParse(text, out var parsed))
        {
            return new Refusal(RefusalCode.InvalidRequest, name, Rfc3339.Expected);
        }

        time = parsed;
        return null;
    }
}
