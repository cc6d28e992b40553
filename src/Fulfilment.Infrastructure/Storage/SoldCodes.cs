using System.Buffers.Binary;
using System.Data;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Rows of <c>code_fingerprints</c> with card key 0.</summary>
public sealed class SoldCodes(IDatabase database) : ISoldCodes
{
    /// <inheritdoc/>
    public Task<long?[]> AddAsync(IReadOnlyList<UInt128> fingerprints)
    {
        ArgumentNullException.ThrowIfNull(fingerprints);
        return database.WriteAsync(
            async connection =>
            {
                var keys = new long?[fingerprints.Count];
                var fingerprint = new byte[ICodeProtection.HashSize];
                using var insert = connection.CreateCommand();
                using var find = connection.CreateCommand();
                insert.CommandText = "INSERT INTO code_fingerprints (fingerprint, card_key_id) SELECT @fingerprint, 0 WHERE NOT EXISTS (SELECT 1 FROM code_fingerprints WHERE fingerprint = @fingerprint)";
                find.CommandText = "SELECT card_key_id FROM code_fingerprints WHERE fingerprint = @fingerprint";
                foreach (var command in (System.Data.Common.DbCommand[])[insert, find])
                {
                    var parameter = command.CreateParameter();
                    (parameter.ParameterName, parameter.DbType, parameter.Value) = ("@fingerprint", DbType.Binary, fingerprint);
                    command.Parameters.Add(parameter);
                }

                for (var i = 0; i < keys.Length; i++)
                {
                    BinaryPrimitives.WriteUInt128BigEndian(fingerprint, fingerprints[i]);
                    var isNew = await insert.ExecuteNonQueryAsync().ConfigureAwait(false) == 1;
                    keys[i] = isNew ? null : (long)(await find.ExecuteScalarAsync().ConfigureAwait(false))!;
                }

                return keys;
            },
            WritePriority.Bulk);
    }
}
