using System.Data.Common;
using Dapper;
using Fulfilment.Core.Ids;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Finds the order of a unit by the unit's id alone.</summary>
internal static class UnitOrders
{
    // A unit has its id within moments of its order, so its order is found among those of these moments: an index over every unit would cost every order.
    private static readonly TimeSpan MadeWithin = TimeSpan.FromMinutes(1);

    /// <summary>Null: there is no such unit.</summary>
    public static async Task<long?> FindAsync(DbConnection connection, long unitId)
    {
        var made = IdGenerator.TimeOf(unitId);
        return await connection.ExecuteScalarAsync<long?>(
            """
            SELECT c.order_id FROM after_sales_units AS a JOIN after_sales_cases AS c ON c.id = a.case_id WHERE a.new_unit_id = @unitId
            UNION ALL
            SELECT order_id FROM units WHERE order_id >= @first AND order_id < @last AND id = @unitId
            """,
            new { unitId, first = IdGenerator.FirstAt(made - MadeWithin), last = IdGenerator.FirstAt(made + MadeWithin) }).ConfigureAwait(false);
    }
}
