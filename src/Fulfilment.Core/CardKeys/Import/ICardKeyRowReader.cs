namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// Reads the rows of an import as they stream in. A row that cannot be read is reported and never stops the
/// reading; memory does not depend on the length of the file or of a row. Only the source itself fails, with
/// its own exception. One caller at a time.
/// </summary>
public interface ICardKeyRowReader : IAsyncDisposable
{
    /// <summary>Bytes taken from the source so far, to be held against its length for progress.</summary>
    long BytesRead { get; }

    /// <summary>How the file was taken; settled when its last row has been read.</summary>
    FileUnderstanding Understanding { get; }

    /// <summary>Why the file is refused as a whole, a sentence without anything of its text; then it is as if it had no rows.</summary>
    string? Fault { get; }

    /// <summary>
    /// Fills the block, waiting for the source until it is full or the file ends. False at the end of the
    /// file, and then the block is empty; a file without rows is false at once. After an exception or a
    /// cancellation the rows of the block are lost and the reader is of no more use.
    /// </summary>
    ValueTask<bool> ReadAsync(CardKeyRowBlock block, CancellationToken cancellationToken);
}
