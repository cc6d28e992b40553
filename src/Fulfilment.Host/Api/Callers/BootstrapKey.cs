using System.Net;
using System.Security.Cryptography;
using System.Text;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Host.Api.Callers;

/// <summary>An operator's key with every scope, from the environment (<c>Bootstrap__OperatorKey</c>), so that a fresh installation can be set up by script.</summary>
internal sealed partial class BootstrapKey
{
    public const string Setting = "Bootstrap:OperatorKey";

    private const int ShortestKey = 32;
    private const Scopes EveryScope = Scopes.Orders | Scopes.Codes | Scopes.AfterSales | Scopes.Inventory | Scopes.Admin | Scopes.Finance;

    private static readonly KeyOwner Owner = new(KeyOwnerKind.Operator, "bootstrap");

    private readonly byte[]? _hash;

    public BootstrapKey(IConfiguration configuration)
    {
        var key = configuration[Setting];
        if (string.IsNullOrEmpty(key))
        {
            return;
        }

        if (key.Length < ShortestKey || key.Any(c => !char.IsAscii(c) || char.IsControl(c) || c == ' '))
        {
            throw new SetupException(
                $"{Setting} (in the environment: Bootstrap__OperatorKey) must have at least {ShortestKey} printable ASCII characters without spaces. "
                + "Make one with: openssl rand -hex 32");
        }

        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
    }

    public void WarnIfSet(ILogger logger)
    {
        if (_hash is not null)
        {
            LogSet(logger);
        }
    }

    /// <summary>SHA-256 of its text; empty where none is set.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>Compares in a time that tells nothing about the key.</summary>
    public bool Matches(ReadOnlySpan<byte> hash) => _hash is not null && CryptographicOperations.FixedTimeEquals(_hash, hash);

    public static Caller Caller(IPAddress? address) => new(0, Owner, EveryScope, null, address);

    [LoggerMessage(Level = LogLevel.Warning, Message = Setting + " is set: whoever knows it may do everything. Unset it once the first operator has a key.")]
    private static partial void LogSet(ILogger logger);
}
