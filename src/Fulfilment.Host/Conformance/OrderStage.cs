using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Orders;
using Fulfilment.Host.Api;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;

namespace Fulfilment.Host.Conformance;

/// <summary>A small server that speaks our order API, with the answers of the play that is on.</summary>
internal sealed class OrderStage : IAsyncDisposable
{
    private const string OrderId = "ord_0000000000001";

    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly TimeSpan _silence;
    private OrderPlay _play = new(_ => new StageAnswer.Show(StatusCodes.Status201Created), OrderStatus.Fulfilled);
    private OrderRequest? _last;

    private OrderStage(WebApplication app, ConformanceOptions options, TimeProvider time) => (_app, _time, _silence) = (app, time, options.Patience / 2);

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.First();

    /// <exception cref="SetupException">Something else listens there.</exception>
    public static async Task<OrderStage> StartAsync(ConformanceOptions options, TimeProvider time)
    {
        ApiJson.Use(OrdersJson.Default);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(options.Listen!);
        var app = builder.Build();
        var stage = new OrderStage(app, options, time);
        app.MapPost("/v1/orders", stage.PostAsync);
        app.MapGet("/v1/orders", stage.ListAsync);
        app.MapGet("/v1/orders/{id}", stage.GetAsync);
        app.MapGet("/v1/orders/{id}/codes", stage.CodesAsync);
        await app.ListenAsync(CancellationToken.None);
        return stage;
    }

    /// <summary>From now on requests belong to this play.</summary>
    public void Put(OrderPlay play) => (_play, _last) = (play, null);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task PostAsync(HttpContext http)
    {
        var play = _play;
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var order = Read(play, body.ToArray());
        if (order is null)
        {
            await ProblemResult.WriteAsync(http, new Refusal(RefusalCode.InvalidRequest, Detail: play.Fault));
            return;
        }

        _last = order;
        switch (play.Post(new PostedOrder(order.ClientReference, JsonElement.Parse(body.ToArray()), _time.GetTimestamp())))
        {
            case StageAnswer.Silence:
                await KeepSilentAsync(http);
                break;
            case StageAnswer.Close:
                http.Abort();
                break;
            case StageAnswer.Refuse refuse:
                await ProblemResult.WriteAsync(http, new Refusal(refuse.Code), refuse.RetryAfterSeconds);
                break;
            case StageAnswer.Show show:
                var view = Show(order, play.Look(counts: show.Status == StatusCodes.Status200OK));
                http.Response.Headers.Location = $"/v1/orders/{view.Id}";
                await TypedResults.Json(view, ApiJson.TypeInfo<OrderView>(), statusCode: show.Status).ExecuteAsync(http);
                break;
        }
    }

    private async Task KeepSilentAsync(HttpContext http)
    {
        try
        {
            await Task.Delay(_silence, _time, http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The storefront has given up waiting, as it should.
        }

        http.Abort();
    }

    private Task GetAsync(HttpContext http, string id) => id == OrderId && _last is { } order
        ? TypedResults.Json(Show(order, _play.Look(counts: true)), ApiJson.TypeInfo<OrderView>()).ExecuteAsync(http)
        : ProblemResult.WriteAsync(http, new Refusal(RefusalCode.NotFound));

    private Task ListAsync(HttpContext http)
    {
        var found = _last is { } order && http.Request.Query["clientReference"] == order.ClientReference ? order : null;
        var list = new ListAnswer<OrderView>(found is null ? [] : [Show(found, _play.Look(counts: true))], null);
        return TypedResults.Json(list, ApiJson.TypeInfo<ListAnswer<OrderView>>()).ExecuteAsync(http);
    }

    private Task CodesAsync(HttpContext http, string id)
    {
        if (id != OrderId || _last is not { } order)
        {
            return ProblemResult.WriteAsync(http, new Refusal(RefusalCode.NotFound));
        }

        var codes = from line in Show(order, _play.Look(counts: false)).Lines
                    from unit in line.Units
                    where unit.Code is not null
                    select new DeliveredCode(unit.Id, line.Sku, unit.Code!.Number, unit.Code.Secret, unit.ExpiresOn);
        return TypedResults.Json(new ListAnswer<DeliveredCode>([.. codes], null), ApiJson.TypeInfo<ListAnswer<DeliveredCode>>()).ExecuteAsync(http);
    }

    private static OrderRequest? Read(OrderPlay play, byte[] body)
    {
        Refusal? refusal;
        try
        {
            var order = JsonSerializer.Deserialize(body, ApiJson.TypeInfo<OrderRequest>());
            refusal = order is null ? new Refusal(RefusalCode.InvalidRequest) : OrderRequestRules.Check(order);
            if (refusal is null)
            {
                return order;
            }
        }
        catch (JsonException exception)
        {
            refusal = JsonFault.Describe(exception);
        }

        play.Blame($"It posted an order that is not of the documented form. {refusal.Param}: {refusal.Detail}");
        return null;
    }

    private OrderView Show(OrderRequest order, OrderStatus status)
    {
        var (now, price) = (_time.GetUtcNow(), new Money(100_000));
        var state = status switch { OrderStatus.Fulfilled => UnitState.Delivered, OrderStatus.Failed => UnitState.Failed, _ => UnitState.Processing };
        var units = order.Lines.Sum(line => line.Quantity);
        return new OrderView
        {
            Id = OrderId,
            ClientReference = order.ClientReference,
            Status = status,
            Version = status == OrderStatus.Processing ? 1 : 2,
            Currency = order.Currency,
            Amount = price * units,
            Source = order.Source ?? OrderSource.Sale,
            CreatedAt = now,
            CompletedAt = OrderStates.IsOpen(status) ? null : now,
            Metadata = order.Metadata,
            Sandbox = true,
            Lines = [.. order.Lines.Select((line, i) => new OrderLineView(
                $"lin_{i:D13}", line.Sku, line.Quantity, price, price * line.Quantity, status, null, line.Metadata,
                [.. Enumerable.Range(0, line.Quantity).Select(unit => new UnitView(
                    $"unt_{(i * 5_000) + unit:D13}", state, state == UnitState.Delivered ? now : null, null, null,
                    state == UnitState.Failed ? new UnitFailureView("supplier_rejected", "The supplier will not deliver this.") : null, null,
                    state == UnitState.Delivered ? new CodeView(null, $"TEST-{i}-{unit}") : null))]))],
        };
    }
}
