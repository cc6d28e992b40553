using System.Collections.Concurrent;
using SupplierSimulator.Faults;
using SupplierSimulator.Wire;

namespace SupplierSimulator;

/// <summary>Calls customers back, again and again until the callback is taken or the tries are over.</summary>
internal sealed class CallbackSender(SupplierBook book, ISupplierWords words, SimulatorSettings settings, TimeProvider time) : IAsyncDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();

    /// <summary>Still to be sent, or tried again.</summary>
    public int UnderWay => _running.Count;

    /// <summary>Sends one now, once; false: not taken.</summary>
    /// <param name="order">Of which order.</param>
    /// <param name="play">What it says.</param>
    /// <param name="notBefore">It tells how the order stands then, though a timer may go off a little early.</param>
    public async Task<bool> SendAsync(SimulatedOrder order, CallbackPlay play, DateTimeOffset notBefore = default)
    {
        var statement = play.Says switch
        {
            CallbackSays.Truth => book.StandsNow(order, notBefore),
            CallbackSays.Rejected => new Statement.Rejected(order.Numbers, RejectionWord.Other),
            CallbackSays.Stranger => new Statement.Issued(order.Numbers with { Reference = "9" + order.Reference[1..], Receipt = order.Receipt + "9" }, order.Codes, order.Charged),
        };
        var reference = statement is Statement.Issued issued ? issued.Order.Reference : order.Reference;
        if (order.CallbackUrl is null || words.Callback(reference, statement, forged: !play.Signed) is not { } callback)
        {
            return true;
        }

        var taken = await PostAsync(order.CallbackUrl, callback, _closing.Token);
        book.CountCallback(order, taken);
        return taken;
    }

    /// <summary>Sends those that come after the answer, each at its time.</summary>
    public void Schedule(SimulatedOrder order)
    {
        foreach (var play in order.Play.Callbacks.Where(play => play.After >= TimeSpan.Zero))
        {
            var sending = Task.Run(() => SendUntilTakenAsync(order, play));
            _running.TryAdd(sending, 0);
            _ = sending.ContinueWith(done => _running.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
        _client.Dispose();
    }

    private async Task SendUntilTakenAsync(SimulatedOrder order, CallbackPlay play)
    {
        var wait = order.Play.EndsAfter + play.After;
        for (var attempt = 0; attempt < settings.CallbackTries; attempt++)
        {
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, _closing.Token);
            }

            // What is not signed with the shared secret is refused, and trying again makes it no truer.
            if (await SendAsync(order, play, (order.EndsAt + play.After) ?? default) || !play.Signed)
            {
                return;
            }

            wait = settings.Times.CallbackRetry;
        }
    }

    private async Task<bool> PostAsync(string url, WireCallback callback, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(new HttpMethod(callback.Method), url + callback.Query);
        if (callback.ContentType is not null)
        {
            request.Content = new ByteArrayContent(callback.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", callback.ContentType);
        }

        foreach (var (name, value) in callback.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var answer = await _client.SendAsync(request, cancellation);
            return words.IsTaken((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation));
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
