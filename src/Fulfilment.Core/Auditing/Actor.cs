using System.Net;

namespace Fulfilment.Core.Auditing;

/// <summary>Who does something, for the audit.</summary>
/// <param name="Name">The owner of the key used (<c>operator:li</c>), or <c>command:</c> and the operating system's user for a command.</param>
/// <param name="Address">Where the request came from; null for a command.</param>
public sealed record Actor(string Name, IPAddress? Address);
