namespace Fulfilment.Core;

/// <summary>
/// A text holds half of a surrogate pair, so it has no UTF-8 form. Replacing the half would make two
/// different codes or recipients equal, so it is refused instead. The message never holds the text.
/// </summary>
public sealed class MalformedTextException : ArgumentException
{
    private const string Sentence = "The text holds an unpaired surrogate and cannot be written as UTF-8.";

    public MalformedTextException()
        : base(Sentence)
    {
    }

    public MalformedTextException(string paramName)
        : base(Sentence, paramName)
    {
    }

    public MalformedTextException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
