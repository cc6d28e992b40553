using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Redis;
using StackExchange.Redis;

namespace Fulfilment.Infrastructure.Pool.Redis;

/// <summary>The windows in Redis: each method is one script, and each script one step that nothing comes between.</summary>
internal sealed class WindowScripts(RedisConnection connection, RedisKeySpace keys, RedisPoolOptions options)
{
    public static readonly string TakeText = Text("take");
    private static readonly string ReturnText = Text("return");
    private static readonly string TakenText = Text("taken");
    private static readonly string DriftText = Text("drift");
    private static readonly string ResetText = Text("reset");
    private static readonly string WakeText = Text("wake");
    private static readonly string NextText = Text("next");
    private static readonly string AppendText = Text("append");
    private static readonly string AbandonText = Text("abandon");
    private static readonly string SweepText = Text("sweep");
    private static readonly string SampleText = Text("sample");

    private RedisKey[]? _prefix;

    private readonly RedisValue[] _common = Common(options);

    /// <summary>What every script is told first.</summary>
    public static RedisValue[] Common(RedisPoolOptions options) =>
        [options.Window.Size, Ms(options.Window.Pause), options.Window.DriftThreshold, Ms(options.RefillLease), Ms(options.Keep)];

    private RedisKey[] Prefix => _prefix ??= [keys.Prefix];

    public Task<RedisResult> TakeAsync(string ticket, IReadOnlyList<KeyNeed> needs)
    {
        var values = new RedisValue[_common.Length + 2 + (3 * needs.Count)];
        _common.CopyTo(values, 0);
        var place = _common.Length;
        values[place++] = ticket;
        values[place++] = Ms(options.TakeLease);
        foreach (var need in needs)
        {
            values[place++] = need.SkuId;
            values[place++] = need.MinExpiryDay;
            values[place++] = need.Count;
        }

        return connection.EvaluateAsync(TakeText, Prefix, values);
    }

    public async Task<RedisResult> FinishAsync(string ticket)
    {
        var database = (await connection.Connected().ConfigureAwait(false)).GetDatabase();
        return RedisResult.Create(await database.HashDeleteAsync(keys.Prefix + "out", ticket).ConfigureAwait(false));
    }

    public Task<RedisResult> ReturnAsync(long skuId, IReadOnlyCollection<long> ids) => RunAsync(ReturnText, [skuId], ids);

    public Task<RedisResult> TakenAsync(long skuId, string token, IReadOnlyCollection<long> ids) => RunAsync(TakenText, [skuId, token], ids);

    public Task<RedisResult> DriftAsync(long skuId, string token, int count) => RunAsync(DriftText, [skuId, token, count]);

    public Task<RedisResult> ResetAsync(long skuId, string token) => RunAsync(ResetText, [skuId, token]);

    public Task<RedisResult> ResetSinceAsync(long skuId, string token, long epoch) => RunAsync(ResetText, [skuId, token, epoch]);

    public Task<RedisResult> WakeAsync(long skuId, string token) => RunAsync(WakeText, [skuId, token]);

    public Task<RedisResult> NextAsync(long skuId, string token) => RunAsync(NextText, [skuId, token]);

    public Task<RedisResult> AbandonAsync(long skuId, string token, bool pause) => RunAsync(AbandonText, [skuId, token, pause ? 1 : 0]);

    public Task<RedisResult> SampleAsync(long skuId, int most) => RunAsync(SampleText, [skuId, most]);

    public Task<RedisResult> SweepAsync() => RunAsync(SweepText, []);

    /// <summary>Appends what was read behind <paramref name="after"/>; says with each change of day on which one the following ids expire.</summary>
    public Task<RedisResult> AppendAsync(long skuId, string token, long epoch, string after, string behind, bool endsHere, ReadOnlyMemory<WindowKey> keys)
    {
        var values = new List<RedisValue>(_common.Length + 6 + keys.Length + 8);
        values.AddRange(_common);
        values.AddRange([skuId, token, epoch, after, behind, endsHere ? 1 : 0]);
        var day = -1;
        foreach (var key in keys.Span)
        {
            if (key.ExpiresOn != day)
            {
                day = key.ExpiresOn;
                values.Add(-day);
            }

            values.Add(key.Id);
        }

        return connection.EvaluateAsync(AppendText, Prefix, [.. values]);
    }

    private Task<RedisResult> RunAsync(string script, ReadOnlySpan<RedisValue> own, IReadOnlyCollection<long>? ids = null)
    {
        var values = new RedisValue[_common.Length + own.Length + (ids?.Count ?? 0)];
        _common.CopyTo(values, 0);
        own.CopyTo(values.AsSpan(_common.Length));
        var place = _common.Length + own.Length;
        foreach (var id in ids ?? [])
        {
            values[place++] = id;
        }

        return connection.EvaluateAsync(script, Prefix, values);
    }

    private static long Ms(TimeSpan span) => (long)span.TotalMilliseconds;

    private static string Text(string name) => EmbeddedScript.Read("window") + EmbeddedScript.Read(name);
}
