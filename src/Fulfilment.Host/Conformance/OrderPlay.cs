using System.Text.Json;
using Fulfilment.Core;

namespace Fulfilment.Host.Conformance;

/// <summary>What the played order API does with one posting of an order.</summary>
internal abstract record StageAnswer
{
    private StageAnswer()
    {
    }

    /// <summary>The order is stored and no answer comes.</summary>
    public sealed record Silence : StageAnswer;

    /// <summary>The order is stored and the connection closes.</summary>
    public sealed record Close : StageAnswer;

    /// <summary>A problem; nothing is stored.</summary>
    public sealed record Refuse(RefusalCode Code, int? RetryAfterSeconds = null) : StageAnswer;

    /// <summary>The order, with this HTTP status.</summary>
    public sealed record Show(int Status) : StageAnswer;
}

/// <summary>One purchase on the played order API: what it answers, and what came in.</summary>
/// <param name="answer">What to do with the first posting, the second and so on.</param>
/// <param name="status">The order's status; see <paramref name="openReads"/>.</param>
/// <param name="openReads">How often the order is still processing when it is read.</param>
internal sealed class OrderPlay(Func<int, StageAnswer> answer, Fulfilment.Core.Orders.OrderStatus status, int openReads = 0)
{
    private readonly Lock _gate = new();
    private readonly List<PostedOrder> _posts = [];
    private int _reads;

    public IReadOnlyList<PostedOrder> Posts
    {
        get
        {
            lock (_gate)
            {
                return [.. _posts];
            }
        }
    }

    /// <summary>What the storefront sent that is not in the contract; the first of it.</summary>
    public string? Fault { get; private set; }

    public StageAnswer Post(PostedOrder post)
    {
        lock (_gate)
        {
            _posts.Add(post);
            return answer(_posts.Count);
        }
    }

    /// <summary>The order's status as this look finds it.</summary>
    public Fulfilment.Core.Orders.OrderStatus Look(bool counts)
    {
        lock (_gate)
        {
            _reads += counts ? 1 : 0;
            return _reads > openReads || openReads == 0 ? status : Fulfilment.Core.Orders.OrderStatus.Processing;
        }
    }

    public void Blame(string fault)
    {
        lock (_gate)
        {
            Fault ??= fault;
        }
    }
}

/// <summary>An order as it was posted.</summary>
/// <param name="Reference">Its client reference.</param>
/// <param name="Body">As it came.</param>
/// <param name="At">When, on the monotonic clock.</param>
internal sealed record PostedOrder(string Reference, JsonElement Body, long At);
