using System.Buffers.Binary;
using System.Data;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Reads the table <c>code_fingerprints</c>.</summary>
public sealed class KnownCodes(IDatabase database) : IKnownCodes
{
    /// <inheritdoc/>
    public Task<bool[]> AreKnownAsync(IReadOnlyList<UInt128> fingerprints, CancellationToken cancellation) => database.ReadAsync(
        async connection =>
        {
            ArgumentNullException.ThrowIfNull(fingerprints);
            var known = new bool[fingerprints.Count];
            var fingerprint = new byte[ICodeProtection.HashSize];
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1 FROM code_fingerprints WHERE fingerprint = @fingerprint";
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.DbType, parameter.Value) = ("@fingerprint", DbType.Binary, fingerprint);
            command.Parameters.Add(parameter);
            for (var i = 0; i < known.Length; i++)
            {
                BinaryPrimitives.WriteUInt128BigEndian(fingerprint, fingerprints[i]);
                known[i] = await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is not null;
            }

            return known;
        },
        cancellation);
}
