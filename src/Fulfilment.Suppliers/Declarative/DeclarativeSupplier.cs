using System.Collections.Frozen;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Answers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;
using Fulfilment.Suppliers.Http;

namespace Fulfilment.Suppliers.Declarative;

/// <summary>A supplier as its definition describes it.</summary>
internal sealed partial class DeclarativeSupplier : ISupplier, IFaultReasons
{
    private readonly SupplierDefinition _definition;
    private readonly DeclarativeSettings _settings;
    private readonly SupplierHttp _http;
    private readonly TimeProvider _time;
    private readonly IRandomBytes _random;
    private readonly OrderReading _submitted;
    private readonly OrderReading? _queried;
    private readonly CatalogueCalls _catalogue;
    private readonly CallbackParser? _callbacks;

    public DeclarativeSupplier(DeclarativeSettings settings, SupplierHttp http, TimeProvider time, IRandomBytes random)
    {
        (_settings, _http, _time, _random) = (settings, http, time, random);
        _definition = settings.Definition ?? throw new ArgumentException("The definition has mistakes.", nameof(settings));
        _submitted = ReadingOf(_definition.Submit.Answer);
        _queried = _definition.Query is { } query ? ReadingOf(query.Answer) : null;
        _catalogue = new CatalogueCalls(_definition, Write, http);
        _callbacks = _definition.Callback is { } callback ? new CallbackParser(callback, ReadingOf(callback.Answer), new SecretValues(settings.Secrets)) : null;
        HarmlessFields = FieldsOf(_definition).ToFrozenSet(StringComparer.Ordinal);
        FaultReasons = OrderReading.FaultReasons(_definition.Submit.Answer).ToFrozenSet(StringComparer.Ordinal);
    }

    public SupplierTiming Timing => _definition.Timing;

    public bool CanQuery => _definition.Query is not null;

    public bool TakesMaxCost => _definition.Submit.Request.Uses(PlaceholderKind.MaxCost);

    public bool TellsBalance => _definition.Balance is not null;

    public bool TellsProducts => _definition.Products is not null;

    public IReadOnlySet<string> HarmlessFields { get; }

    public IReadOnlySet<string> FaultReasons { get; }

    public async Task<SupplierAnswer> IssueAsync(SupplierRequest request, SendPermit permit, CancellationToken cancellation)
    {
        using var message = Write(_definition.Submit.Request, request, page: 1);
        if (message is null)
        {
            // Nothing was sent, and nothing could be with another try.
            return new SupplierAnswer.Answered(new SupplierOutcome.Rejected("request_not_writable"), null);
        }

        return await _http.SubmitAsync(message, permit, Timing.TotalTimeout, whole => Read(_definition.Submit, _submitted, whole, request), cancellation).ConfigureAwait(false);
    }

    public async Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation)
    {
        if (_definition.Query is not { } query || _queried is null)
        {
            return Unknown("cannot_be_asked", null);
        }

        if (request.Receipt is null && !query.Request.Uses(PlaceholderKind.Reference))
        {
            return Unknown("receipt_missing", null);
        }

        using var message = Write(query.Request, request, page: 1);
        return message is null
            ? Unknown("request_not_writable", null)
            : await _http.QueryAsync(message, whole => Read(query, _queried, whole, request), cancellation).ConfigureAwait(false);
    }

    public Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation) => _catalogue.BalanceAsync(cancellation);

    public Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation) => _catalogue.ProductsAsync(cancellation);

    public ParsedCallback ParseCallback(CallbackRequest request) =>
        _callbacks?.Parse(request) ?? new ParsedCallback.Refused("unreadable", new CallbackReply(404, "text/plain", "no callbacks"));

    private static SupplierAnswer.Answered Unknown(string reason, RawAnswer? raw) => new(new SupplierOutcome.Unknown(reason), raw);

    private OrderReading ReadingOf(OrderAnswer answer) => new(answer, _settings.CipherOf(answer), _definition.TimeZone);

    private SupplierAnswer Read(OrderCall call, OrderReading reading, WholeAnswer whole, SupplierRequest request)
    {
        if (!call.HttpStatuses.Contains(whole.Status))
        {
            return Unknown(string.Create(CultureInfo.InvariantCulture, $"http_{whole.Status}"), whole.Raw);
        }

        if (StrictJson.Parse(whole.Body) is not { ValueKind: JsonValueKind.Object } answer)
        {
            return Unknown("unreadable", whole.Raw);
        }

        if (call.Answer.Signed is { } signed && !IsSigned(whole, signed))
        {
            return Unknown("signature", whole.Raw);
        }

        var outcome = reading.Read(answer, request.Reference);
        if (outcome is SupplierOutcome.Issued { Codes.Count: 0 } issued && request.ExpectsCode)
        {
            // With the answer to a submission it is usually too early for the code; a query that has none is not understood.
            var comesLater = ReferenceEquals(call, _definition.Submit) && _definition.Query?.Answer.Cards is not null;
            outcome = comesLater ? new SupplierOutcome.Processing(issued.Receipt) : new SupplierOutcome.Unknown("issued_without_code");
        }

        return outcome is null ? new SupplierAnswer.NotFound(whole.Raw) : new SupplierAnswer.Answered(outcome, whole.Raw);
    }

    private bool IsSigned(WholeAnswer whole, SignedAnswer signed)
    {
        var answer = new CallbackRequest { Method = "", QueryString = "", Headers = new Dictionary<string, string>(), Body = whole.Body };
        return ReceivedMessage.Read(answer, BodyFormat.Json, withQuery: false, signed.Sign)?.IsSignedBy(signed, new SecretValues(_settings.Secrets)) == true;
    }

    private HttpRequestMessage? Write(RequestDefinition definition, SupplierRequest? request, int page)
    {
        var nonce = new byte[16];
        _random.Fill(nonce);
        var written = RequestWriter.Write(definition, new RequestValues
        {
            Request = request,
            Secrets = _settings.Secrets,
            CallbackUrl = _settings.CallbackUrl,
            BasePath = _settings.BaseUrl!.AbsolutePath.TrimEnd('/'),
            Now = _time.GetUtcNow(),
            TimeZone = _definition.TimeZone,
            Nonce = Convert.ToHexStringLower(nonce),
            Page = page,
        });
        if (written is null)
        {
            return null;
        }

        var message = new HttpRequestMessage(new HttpMethod(written.Method), BaseAddress.With(_settings.BaseUrl, written.PathAndQuery));
        foreach (var header in written.Headers)
        {
            message.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        if (written.ContentType is not null)
        {
            message.Content = new ByteArrayContent(written.Body) { Headers = { ContentType = new MediaTypeHeaderValue(written.ContentType, "utf-8") } };
        }

        return message;
    }

    private static IEnumerable<string> FieldsOf(SupplierDefinition definition) =>
        new[] { definition.Submit.Answer, definition.Query?.Answer, definition.Callback?.Answer }.OfType<OrderAnswer>()
            .SelectMany(answer => new[] { answer.Code?.Path, answer.Status?.Path, answer.Reference, answer.Receipt, answer.Cost?.Path })
            .Append(definition.Callback?.Reference)
            .OfType<JsonPath>()
            .Select(path => Index().Replace(path.Text, ""));

    [GeneratedRegex(@"\[[0-9]+\]")]
    private static partial Regex Index();
}
