using System.Security.Cryptography;
using Fulfilment.Core;

namespace Fulfilment.Infrastructure.Security;

/// <summary>The operating system's generator.</summary>
public sealed class SystemRandomBytes : IRandomBytes
{
    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
