using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Core.CardKeys;

/// <summary>What an import of a file would come to, with nothing stored.</summary>
public sealed record ImportForecast
{
    /// <summary>What its batch would say.</summary>
    public required BatchDetails Details { get; init; }

    /// <summary>What its batch would be in the end: <see cref="BatchStatus.Completed"/> or <see cref="BatchStatus.AwaitingApproval"/>.</summary>
    public required BatchStatus Status { get; init; }

    /// <summary>How the file was taken.</summary>
    public required FileUnderstanding File { get; init; }

    /// <summary>Rows looked at.</summary>
    public long Total { get; init; }

    /// <summary>Rows that would become card keys.</summary>
    public long Accepted { get; init; }

    /// <summary>Rows whose code stands further up in the file.</summary>
    public long DuplicateInFile { get; init; }

    /// <summary>Rows whose code was imported before, for whatever SKU.</summary>
    public long DuplicateInStock { get; init; }

    /// <summary>Rows that cannot be read, or have expired.</summary>
    public long Rejected { get; init; }

    /// <summary>How many rows each reason keeps out.</summary>
    public required IReadOnlyDictionary<string, long> Reasons { get; init; }

    /// <summary>The first rows that would become no card keys.</summary>
    public required IReadOnlyList<ForecastRow> Errors { get; init; }

    /// <summary>The first readable rows, masked.</summary>
    public required IReadOnlyList<PreviewRow> Preview { get; init; }

    /// <summary>Whether the secrets of the preview all read as dates: the columns are probably others.</summary>
    public bool SecretsLookLikeDates { get; init; }

    /// <summary>False when the file goes on behind the last row looked at.</summary>
    public bool Complete { get; init; }
}

/// <summary>A row that would become no card key.</summary>
/// <param name="Line">Physical line on which it starts, from 1.</param>
/// <param name="Reason">As in an import's error report, but <c>duplicate_in_file</c> and <c>duplicate_in_stock</c>.</param>
public readonly record struct ForecastRow(long Line, string Reason);

/// <summary>A row as it was understood, masked so that nobody can use its code.</summary>
/// <param name="Line">Physical line on which it starts, from 1.</param>
/// <param name="Number">At most the last four characters; null when the row has none.</param>
/// <param name="Secret">At most the first two characters.</param>
/// <param name="SecretLength">Characters of the secret.</param>
/// <param name="ExpiresOn">The row's own last day.</param>
public sealed record PreviewRow(long Line, string? Number, string Secret, int SecretLength, DateOnly? ExpiresOn)
{
    internal static PreviewRow Of(CardKeyRow row) => new(row.Line, Tail(row.Number), Head(row.Secret), row.Secret.Length, row.ExpiresOn);

    // Never more than half: of a short one the rest would be guessed.
    private static string? Tail(string? number) => number is null ? null : "****" + number[^Math.Min(4, number.Length / 2)..];

    private static string Head(string secret) => secret[..Math.Min(2, secret.Length / 4)] + "****";
}
