using System.Text;
using System.Text.Json;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers;
using Fulfilment.Suppliers.Http;

namespace Fulfilment.Host.Tests.Units;

/// <summary>
/// A supplier whose every answer is one that nobody has explained to us. It says the recipient and a code in it, and can be asked again where its settings say so.
/// </summary>
public sealed class DoubtfulSupplier : ISupplierAdapter
{
    /// <summary>What stands in its answers and nobody may see.</summary>
    public const string Secret = "SUPPLIERS-SECRET-77";

    public string Name => "doubtful";

    public IReadOnlyList<string> Check(JsonElement settings) => [];

    public ISupplier Create(JsonElement settings, SupplierHttp http, TimeProvider time) => new Doubt(settings.GetProperty("canQuery").GetBoolean());

    private sealed class Doubt(bool canQuery) : ISupplier
    {
        public SupplierTiming Timing { get; } =
            new(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(200), TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));

        public bool CanQuery => canQuery;

        public IReadOnlySet<string> HarmlessFields { get; } = new HashSet<string> { "code", "data.status" };

        public Task<SupplierAnswer> IssueAsync(SupplierRequest request, SendPermit permit, CancellationToken cancellation)
        {
            Assert.True(permit.TryUse(this));
            var body = $$$"""{"code":9999,"message":"for {{{request.Recipient}}}","data":{"status":"DOUBT","cards":[{"card":"{{{Secret}}}"}]}}""";
            return Task.FromResult<SupplierAnswer>(new SupplierAnswer.Answered(new SupplierOutcome.Unknown("code_9999"), new RawAnswer(200, Encoding.UTF8.GetBytes(body))));
        }

        public Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation) =>
            Task.FromResult<SupplierAnswer>(new SupplierAnswer.Answered(new SupplierOutcome.Unknown("code_9999"), null));

        public Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation) => Task.FromResult<SupplierBalance?>(null);

        public Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<SupplierProduct>?>(null);

        public ParsedCallback ParseCallback(CallbackRequest request) => throw new NotSupportedException();
    }
}
