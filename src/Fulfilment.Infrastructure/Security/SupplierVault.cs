using Fulfilment.Core.Suppliers;

namespace Fulfilment.Infrastructure.Security;

/// <inheritdoc cref="ISupplierVault"/>
public sealed class SupplierVault : ISupplierVault, IDisposable
{
    private readonly AuthenticatedBox _box;

    /// <summary>With keys that never change.</summary>
    public SupplierVault(KeyRing keys)
        : this(new CurrentKeys(keys))
    {
    }

    public SupplierVault(CurrentKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        _box = new AuthenticatedBox(keys, AuthenticatedBox.Domain.Supplier);
    }

    /// <inheritdoc/>
    public byte[] ProtectSettings(long supplierId, string json)
    {
        ArgumentNullException.ThrowIfNull(json);

        var value = AuthenticatedBox.NewValue(StrictUtf8.Count(json));
        StrictUtf8.Write(json, AuthenticatedBox.BodyOf(value));
        _box.Close(supplierId, value);
        return value;
    }

    /// <inheritdoc/>
    public string RevealSettings(long supplierId, ReadOnlySpan<byte> protectedSettings) => Reveal<string>(supplierId, protectedSettings, TryReadText);

    /// <inheritdoc/>
    public byte[] ProtectAnswer(long rowId, ReadOnlySpan<byte> body)
    {
        var value = AuthenticatedBox.NewValue(body.Length);
        body.CopyTo(AuthenticatedBox.BodyOf(value));
        _box.Close(rowId, value);
        return value;
    }

    /// <inheritdoc/>
    public byte[] RevealAnswer(long rowId, ReadOnlySpan<byte> protectedBody) => Reveal<byte[]>(rowId, protectedBody, TryReadBytes);

    public void Dispose() => _box.Dispose();

    private T Reveal<T>(long ownerId, ReadOnlySpan<byte> value, AuthenticatedBox.PlainReader<T> read)
    {
        var failure = _box.Open(ownerId, value, read, out var plain);
        return failure is null ? plain! : throw new SupplierVaultException(ownerId, failure.Value, AuthenticatedBox.KeyIdOf(value));
    }

    private static bool TryReadText(ReadOnlySpan<byte> plain, out string text)
    {
        var read = StrictUtf8.Read(plain);
        text = read ?? "";
        return read is not null;
    }

    private static bool TryReadBytes(ReadOnlySpan<byte> plain, out byte[] bytes)
    {
        bytes = plain.ToArray();
        return true;
    }
}
