using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host.Dashboard;

/// <summary>
/// Who looks at the dashboard: a signed cookie that names an operator's key and an end. It holds no right of its own. The key is asked anew at each request, so
/// that one that is revoked, has expired or comes from elsewhere ends its sessions, on every node alike; and so does whoever signs out, also for a copy of the cookie.
/// </summary>
internal sealed class DashboardSessions(
    ICustodySeal seal, ICatalogue catalogue, Authenticator authenticator, BootstrapKey bootstrap, EndedSessions ended, TimeProvider time)
{
    /// <summary>How long somebody may look before the key is asked for again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);

    private const string Name = "fulfilment-dashboard";
    private const int Signed = 2 * sizeof(long), Size = Signed + ICustodySeal.Size;

    /// <summary>Whether a key may look at all. Finance may; changing anything takes <see cref="Scopes.Admin"/>.</summary>
    public static bool MayLook(Caller caller) =>
        caller is { Owner.Kind: KeyOwnerKind.Operator, Mode: KeyMode.Live } && (caller.Has(Scopes.Admin) || caller.Has(Scopes.Finance));

    /// <summary>Begins a session of a key that may look.</summary>
    public void Begin(HttpContext context, Caller caller)
    {
        var session = new byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(session, caller.KeyId);
        BinaryPrimitives.WriteInt64BigEndian(session.AsSpan(sizeof(long)), (time.GetUtcNow() + Lifetime).ToUnixTimeMilliseconds());
        Seal("session", session.AsSpan(0, Signed), HashOf(caller.KeyId), session.AsSpan(Signed));
        context.Response.Cookies.Append(Name, Base64Url.EncodeToString(session), Options(context));
    }

    /// <summary>Ends the session for good, if there is one, and forgets the cookie.</summary>
    public async Task EndAsync(HttpContext context)
    {
        if (Verify(context) is { } session)
        {
            await ended.EndAsync(session, EndOf(session));
        }

        context.Response.Cookies.Delete(Name, Options(context));
    }

    /// <summary>Who looks; null: nobody who may.</summary>
    public async Task<Caller?> FindAsync(HttpContext context)
    {
        if (Verify(context) is not { } session || await ended.IsEndedAsync(session, context.RequestAborted))
        {
            return null;
        }

        var caller = authenticator.Authenticate(HashOf(BinaryPrimitives.ReadInt64BigEndian(session)), Authenticator.Address(context));
        return caller.Refusal is null && MayLook(caller.Value) ? caller.Value : null;
    }

    /// <summary>What only a page of this session can know; null without one.</summary>
    public string? AntiforgeryToken(HttpContext context)
    {
        if (Read(context) is not { } session)
        {
            return null;
        }

        Span<byte> token = stackalloc byte[ICustodySeal.Size];
        Seal("antiforgery", session, [], token);
        return Base64Url.EncodeToString(token);
    }

    // One that was made here, of a key that is still there, and has not run out.
    private byte[]? Verify(HttpContext context)
    {
        if (Read(context) is not { } session || EndOf(session) <= time.GetUtcNow())
        {
            return null;
        }

        var hash = HashOf(BinaryPrimitives.ReadInt64BigEndian(session));
        Span<byte> expected = stackalloc byte[ICustodySeal.Size];
        Seal("session", session.AsSpan(0, Signed), hash, expected);
        return !hash.IsEmpty && CryptographicOperations.FixedTimeEquals(expected, session.AsSpan(Signed)) ? session : null;
    }

    // What was not made here says any number: compared as one, and then a time.
    private static DateTimeOffset EndOf(byte[] session) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(BinaryPrimitives.ReadInt64BigEndian(session.AsSpan(sizeof(long))), 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    private static byte[]? Read(HttpContext context)
    {
        var session = new byte[Size];
        return context.Request.Cookies[Name] is { } cookie && Base64Url.IsValid(cookie, out var length) && length == Size && Base64Url.DecodeFromChars(cookie, session) == Size
            ? session
            : null;
    }

    // A load balancer that ended TLS says so; from anybody else the header makes the cookie stricter, never laxer.
    // Strict: no other site's link or form carries it. Not bound to the whole origin, where nothing else looks at cookies.
    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        Secure = context.Request.IsHttps || context.Request.Headers["X-Forwarded-Proto"] == "https",
        SameSite = SameSiteMode.Strict,
        Path = DashboardPath.Root,
        MaxAge = Lifetime,
        IsEssential = true,
    };

    private ReadOnlySpan<byte> HashOf(long keyId) => keyId == 0 ? bootstrap.Hash : (catalogue.Current.FindKey(keyId)?.Hash ?? default).Span;

    // With a key of its own, made from the custody key: what is sealed here can never pass for an entry of the chain. Every node makes the same.
    private void Seal(string purpose, ReadOnlySpan<byte> message, ReadOnlySpan<byte> keyHash, Span<byte> mac)
    {
        Span<byte> own = stackalloc byte[ICustodySeal.Size];
        seal.Seal("fulfilment dashboard, version 1"u8, own);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, own);
        hmac.AppendData(System.Text.Encoding.ASCII.GetBytes(purpose.PadRight(16)));
        hmac.AppendData(message);
        hmac.AppendData(keyHash);
        hmac.GetHashAndReset(mac);
    }
}
