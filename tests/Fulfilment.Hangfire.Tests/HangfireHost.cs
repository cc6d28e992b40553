using System.Net;
using Fulfilment.Host.Tests;
using Fulfilment.Host.Tests.Units;
using Fulfilment.Suppliers;
using Hangfire;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Hangfire.Tests;

/// <summary>A host on SQLite whose engine is Hangfire with its jobs in memory, and a shop whose supplier answers nothing that can be understood.</summary>
public sealed class HangfireHost : IAsyncLifetime
{
    // It sends the cookies that a test says, and no other.
    private HttpClient _browser = null!;
    private int _references;

    public TestHost Host { get; private set; } = null!;

    /// <summary>An operator who may do everything.</summary>
    public string Admin { get; private set; } = null!;

    /// <summary>An operator who may look only.</summary>
    public string Finance { get; private set; } = null!;

    /// <summary>A storefront's key.</summary>
    public string Shop { get; private set; } = null!;

    public JobStorage Storage => Host.Services.GetRequiredService<JobStorage>();

    public static TestHostOptions Options => new()
    {
        Settings = new()
        {
            ["Jobs:Provider"] = "Hangfire",
            ["Jobs:Hangfire:Storage"] = "InMemory",
            ["Fulfilment:PollMilliseconds"] = "20",
            ["Fulfilment:SendWithinSeconds"] = "0.5",
        },
        // A page of the host's own that has forms needs ASP.NET's antiforgery, beside the dashboard's.
        Services = services => services.AddAntiforgery().AddSingleton<ISupplierAdapter, DoubtfulSupplier>(),
    };

    public async ValueTask InitializeAsync()
    {
        Host = await TestHost.StartAsync(Options);
        _browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Host.Client.BaseAddress };
        await Host.CreateAsync("/v1/admin/suppliers", """{"code":"asked","name":"asked","adapter":"doubtful","settings":{"canQuery":true}}""");
        await Host.CreateAsync("/v1/admin/skus", """
            {"code":"ASKED","name":"ASKED","kind":"topUp","currency":"CNY","price":"10.00","recipientMode":"required",
             "routes":[{"source":"supplier","supplier":"asked","supplierSku":"A","unitCost":"8.00"}]}
            """);
        Shop = await Host.ShopAsync();
        Admin = await Host.KeyAsync("operator:li", ["admin"]);
        Finance = await Host.KeyAsync("operator:zhao", ["finance"]);
    }

    public ValueTask DisposeAsync()
    {
        _browser.Dispose();
        return Host.DisposeAsync();
    }

    /// <summary>An order of one unit that a supplier is asked about again and again; its id once it is unknown.</summary>
    public async Task<string> PlaceUnknownAsync(string sku = "ASKED")
    {
        using var placed = await Host.PostAsync("/v1/orders", Shop, $$"""
            {"clientReference":"H-{{Interlocked.Increment(ref _references)}}","currency":"CNY","lines":[{"sku":"{{sku}}","quantity":1,"recipient":"13800001234"}]}
            """);
        var order = await placed.JsonAsync();
        Assert.True(placed.IsSuccessStatusCode, order.ToString());
        var id = order.GetProperty("id").GetString()!;
        await Patience.UntilAsync(async () =>
        {
            using var answer = await Host.GetAsync($"/v1/orders/{id}", Shop);
            return (await answer.JsonAsync()).GetProperty("lines")[0].GetProperty("units")[0].GetProperty("status").GetString() == "unknown";
        });
        return id;
    }

    /// <summary>Signs in; the cookie, as a browser sends it back.</summary>
    public async Task<string> SignInAsync(string key)
    {
        using var answer = await PostKeyAsync(key);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    public async Task<HttpResponseMessage> PostKeyAsync(string key, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hangfire/sign-in") { Content = new FormUrlEncodedContent([new("key", key)]) };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await _browser.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<HttpResponseMessage> LookAsync(string path, string? cookie, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, $"/hangfire{path}");
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        return await _browser.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A page that is there.</summary>
    public async Task<string> PageAsync(string path, string cookie)
    {
        using var answer = await LookAsync(path, cookie);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path} answered {(int)answer.StatusCode}: {text}");
        return text;
    }

    /// <summary>Presses a button, with the token of a page where one is given.</summary>
    public async Task<HttpResponseMessage> PressAsync(string path, string cookie, string? token, string value, string name = "jobs[]")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/hangfire{path}") { Content = new FormUrlEncodedContent([new(name, value)]) };
        request.Headers.Add("Cookie", cookie);
        if (token is not null)
        {
            request.Headers.Add("X-Antiforgery", token);
        }

        return await _browser.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
