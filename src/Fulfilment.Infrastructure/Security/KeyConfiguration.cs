using System.Globalization;

namespace Fulfilment.Infrastructure.Security;

/// <summary>
/// The keys as they are written down, each 32 bytes in base64: the configuration section
/// <c>Security:Keys</c> (in the environment <c>Security__Keys__Encryption__1</c> and so on), and the content
/// of a <see cref="KeyFile"/>. Numbers are text here, so that a key put in the wrong place is
/// reported by these messages and not quoted by a converter's.
/// </summary>
public sealed class KeyConfiguration
{
    public const string Section = "Security:Keys";

    private const string HowToMake = "Make a key with: openssl rand -base64 32";

    /// <summary>The id of the encryption key for new values.</summary>
    public string? Active { get; set; }

    /// <summary>Encryption keys by id, "1" to "255".</summary>
    public Dictionary<string, string?> Encryption { get; set; } = [];

    public string? Fingerprint { get; set; }

    public string? LookUp { get; set; }

    public string? Custody { get; set; }

    /// <summary>Whether anything is set. If so all of it counts: half a configuration is an error, never a reason to fall back to a file.</summary>
    public bool IsPresent() =>
        !string.IsNullOrEmpty(Active) || !string.IsNullOrEmpty(Fingerprint) || !string.IsNullOrEmpty(LookUp)
        || !string.IsNullOrEmpty(Custody) || Encryption?.Values.Any(key => !string.IsNullOrEmpty(key)) == true;

    /// <summary>The keys of the configuration section.</summary>
    /// <exception cref="KeyRingException">Something is missing or wrong; all of it is listed.</exception>
    public KeyRing ToKeyRing() => ToKeyRing("The keys in the configuration cannot be used", field => $"{Section}:{field}");

    internal KeyRing ToKeyRing(string problem, Func<string, string> nameOf)
    {
        var faults = new List<string>();

        var encryption = ReadEncryption(nameOf, faults);
        var active = ReadActive(nameOf, encryption, faults);
        var fingerprint = ReadKey(nameOf("Fingerprint"), Fingerprint, faults);
        var lookUp = ReadKey(nameOf("LookUp"), LookUp, faults);
        var custody = ReadKey(nameOf("Custody"), Custody, faults);

        if (faults.Count == 0)
        {
            try
            {
                return new KeyRing(encryption, active, fingerprint!, lookUp!, custody!);
            }
            catch (KeyRingException twice)
            {
                faults.Add(twice.Message);
            }
        }

        throw new KeyRingException($"{problem}: {string.Join("; ", faults)}. {HowToMake}");
    }

    private Dictionary<byte, SecretKey> ReadEncryption(Func<string, string> nameOf, List<string> faults)
    {
        var keys = new Dictionary<byte, SecretKey>();
        if (Encryption is not { Count: > 0 })
        {
            faults.Add($"{nameOf("Encryption:1")} is missing");
            return keys;
        }

        foreach (var (id, text) in Encryption)
        {
            if (!TryReadId(id, out var keyId))
            {
                faults.Add($"an id under {nameOf("Encryption")} is not a number from 1 to 255");
            }
            else if (ReadKey(nameOf($"Encryption:{id}"), text, faults) is { } key && !keys.TryAdd(keyId, key))
            {
                faults.Add($"{nameOf("Encryption")} has the id {keyId} twice");
            }
        }

        return keys;
    }

    private byte ReadActive(Func<string, string> nameOf, Dictionary<byte, SecretKey> encryption, List<string> faults)
    {
        if (string.IsNullOrWhiteSpace(Active))
        {
            faults.Add($"{nameOf("Active")} is missing: set it to the id of the encryption key for new codes");
        }
        else if (!TryReadId(Active, out var active))
        {
            faults.Add($"{nameOf("Active")} is not a number from 1 to 255");
        }
        else if (!encryption.ContainsKey(active) && Encryption?.ContainsKey(Active) != true)
        {
            faults.Add($"{nameOf("Active")} is {active}, and there is no encryption key {active}");
        }
        else
        {
            return active;
        }

        return 0;
    }

    private static SecretKey? ReadKey(string name, string? text, List<string> faults)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            faults.Add($"{name} is missing");
            return null;
        }

        Span<byte> bytes = stackalloc byte[256];
        if (!Convert.TryFromBase64String(text, bytes, out var written))
        {
            faults.Add($"{name} is not base64 of {SecretKey.Size} bytes");
            return null;
        }

        if (written != SecretKey.Size)
        {
            faults.Add($"{name} has {written} bytes instead of {SecretKey.Size}");
            return null;
        }

        return new SecretKey(bytes[..written]);
    }

    private static bool TryReadId(string text, out byte id) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0;
}
