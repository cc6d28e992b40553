using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Security;

/// <inheritdoc cref="IWebhookVault"/>
public sealed class WebhookVault : IWebhookVault, IDisposable
{
    private readonly AuthenticatedBox _box;

    public WebhookVault(CurrentKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        _box = new AuthenticatedBox(keys, AuthenticatedBox.Domain.Webhook);
    }

    /// <inheritdoc/>
    public byte[] Protect(long secretId, WebhookSecret secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var value = AuthenticatedBox.NewValue(StrictUtf8.Count(secret.Text));
        StrictUtf8.Write(secret.Text, AuthenticatedBox.BodyOf(value));
        _box.Close(secretId, value);
        return value;
    }

    /// <inheritdoc/>
    public WebhookSecret Reveal(ProtectedSecret secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var failure = _box.Open<WebhookSecret>(secret.Id, secret.Value, TryRead, out var revealed);
        return failure is null ? revealed! : throw new WebhookVaultException(secret.Id, failure.Value, AuthenticatedBox.KeyIdOf(secret.Value));
    }

    public void Dispose() => _box.Dispose();

    private static bool TryRead(ReadOnlySpan<byte> plain, out WebhookSecret secret)
    {
        var read = WebhookSecret.TryParse(StrictUtf8.Read(plain), out var parsed);
        secret = parsed!;
        return read;
    }
}
