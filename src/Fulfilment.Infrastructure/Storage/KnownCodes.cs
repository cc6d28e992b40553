using System.Buffers.Binary;
using Dapper;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Reads the table <c>code_fingerprints</c>.</summary>
public sealed class KnownCodes(IDatabase database) : IKnownCodes
{
    // A round trip each; few enough parameters for every engine.
    private const int AtOnce = 500;

    /// <inheritdoc/>
    public Task<bool[]> AreKnownAsync(IReadOnlyList<UInt128> fingerprints, CancellationToken cancellation) => database.ReadAsync(
        async connection =>
        {
            var known = new HashSet<UInt128>();
            foreach (var some in fingerprints.Select(Bytes).Chunk(AtOnce))
            {
                var found = await connection.QueryAsync<byte[]>(new CommandDefinition(
                    "SELECT fingerprint FROM code_fingerprints WHERE fingerprint IN @some", new { some }, cancellationToken: cancellation)).ConfigureAwait(false);
                known.UnionWith(found.Select(fingerprint => BinaryPrimitives.ReadUInt128BigEndian(fingerprint)));
            }

            return fingerprints.Select(known.Contains).ToArray();
        },
        cancellation);

    private static byte[] Bytes(UInt128 fingerprint)
    {
        var bytes = new byte[ICodeProtection.HashSize];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, fingerprint);
        return bytes;
    }
}
