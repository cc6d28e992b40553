namespace Fulfilment.Core.Webhooks;

/// <summary>Encrypts webhook secrets for storage, in a domain of their own.</summary>
public interface IWebhookVault
{
    /// <summary>Encrypts a secret for the row that keeps it.</summary>
    byte[] Protect(long secretId, WebhookSecret secret);

    /// <summary>Gives back the secret.</summary>
    /// <exception cref="WebhookVaultException">The value cannot be opened, or belongs to something else.</exception>
    WebhookSecret Reveal(ProtectedSecret secret);
}

/// <summary>A webhook secret could not be opened. Names the row; never holds content.</summary>
public sealed class WebhookVaultException : Exception
{
    public WebhookVaultException()
    {
    }

    public WebhookVaultException(string message)
        : base(message)
    {
    }

    public WebhookVaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <param name="secretId">The row whose value it should have been.</param>
    /// <param name="failure">What is wrong with the stored value.</param>
    /// <param name="keyId">The encryption key the value names, where it could be read.</param>
    public WebhookVaultException(long secretId, ProtectionFailure failure, byte? keyId)
        : base(ProtectionFailures.Sentence($"The webhook secret {secretId}", "secret", failure, keyId))
    {
    }
}
