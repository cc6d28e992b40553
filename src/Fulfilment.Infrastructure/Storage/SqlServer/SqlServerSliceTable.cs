using System.Buffers.Binary;
using System.Data;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>A slice as SqlBulkCopy takes it: the columns of <c>#slice</c>, in their order.</summary>
internal static class SqlServerSliceTable
{
    public static DataTable Of(BatchSlice slice)
    {
        var table = new DataTable { Locale = System.Globalization.CultureInfo.InvariantCulture, MinimumCapacity = slice.RowCount };
        foreach (var (name, type) in ((string, Type)[])
        [
            ("line", typeof(long)), ("reason", typeof(long)), ("card_key_id", typeof(long)), ("expires_on", typeof(long)),
            ("fingerprint", typeof(byte[])), ("number_hash", typeof(byte[])), ("code", typeof(byte[])),
        ])
        {
            table.Columns.Add(name, type);
        }

        table.BeginLoadData();
        foreach (ref readonly var key in slice.Keys)
        {
            // The reason is for the case that the code is known.
            table.Rows.Add(
                key.Line, (long)RowReason.Duplicate.Number, key.Id, (long)key.ExpiresOn, Bytes(key.Fingerprint),
                key.NumberHash is { } number ? Bytes(number) : DBNull.Value, key.Code);
        }

        foreach (ref readonly var row in slice.Rejected)
        {
            table.Rows.Add(row.Line, (long)row.Reason.Number, DBNull.Value, DBNull.Value, DBNull.Value, DBNull.Value, DBNull.Value);
        }

        table.EndLoadData();
        return table;
    }

    private static byte[] Bytes(UInt128 hash)
    {
        var bytes = new byte[ICodeProtection.HashSize];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash);
        return bytes;
    }
}
