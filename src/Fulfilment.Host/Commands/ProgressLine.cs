namespace Fulfilment.Host.Commands;

/// <summary>One line on the standard error that is written over; nothing when nobody sees it.</summary>
internal sealed class ProgressLine<T>(Func<T, string> text) : IProgress<T>
{
    private int _length;

    public void Report(T value)
    {
        if (!Console.IsErrorRedirected)
        {
            Show(text(value));
        }
    }

    public void Clear()
    {
        if (_length > 0)
        {
            Show("");
            Console.Error.Write('\r');
        }
    }

    private void Show(string line)
    {
        Console.Error.Write('\r' + line.PadRight(_length));
        _length = line.Length;
    }
}
