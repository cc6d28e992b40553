using System.Net;

namespace Fulfilment.Core.Auditing;

/// <summary>Who does something, for the audit.</summary>
/// <param name="Name">The person: the owner of the key used (<c>operator:li</c>), or <c>command:</c> and the operating system's user for a command.</param>
/// <param name="Address">Where the request came from; null for a command.</param>
/// <param name="KeyId">The API key used; null for a command and for the key in the environment.</param>
public sealed record Actor(string Name, IPAddress? Address, long? KeyId = null);
