using System.Security.Cryptography;
using System.Text.Json;

namespace Fulfilment.Core.CardKeys;

/// <summary>What somebody looks at before a restored batch is sold from again.</summary>
/// <param name="Batch">The batch as it waits.</param>
/// <param name="LastCustodyAt">When the last of its keys changed, as far as the database knows; null: none ever did.</param>
/// <param name="Findings">How many faults the verification of its chains of custody found; see <c>custody verify</c>.</param>
/// <param name="Sales">Codes delivered on each of the last days before the backup, days without any left out: about as many a day were sold since.</param>
public sealed record RestoreEvidence(RestoredBatch Batch, DateTimeOffset? LastCustodyAt, long Findings, IReadOnlyList<DaySales> Sales)
{
    /// <summary>Stands for all of it: a release names it, so nobody releases what he has not seen as it now is.</summary>
    public string Token
    {
        get
        {
            var text = JsonSerializer.SerializeToUtf8Bytes(new { Batch, LastCustodyAt, Findings, Sales });
            return Convert.ToHexStringLower(SHA256.HashData(text).AsSpan(0, 12));
        }
    }
}

/// <summary>How many codes of a batch were delivered on a business day.</summary>
/// <param name="Day">The day in the business zone.</param>
/// <param name="Delivered">How many.</param>
public sealed record DaySales(DateOnly Day, long Delivered);
