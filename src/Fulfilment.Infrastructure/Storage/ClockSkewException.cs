using System.Globalization;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>This machine's clock and the database's are too far apart to work by.</summary>
public sealed class ClockSkewException : InvalidOperationException
{
    public ClockSkewException()
    {
    }

    public ClockSkewException(string message)
        : base(message)
    {
    }

    public ClockSkewException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <param name="ahead">How far this machine's clock is ahead; negative: behind.</param>
    public ClockSkewException(TimeSpan ahead)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"This machine's clock is {Math.Abs(ahead.TotalSeconds):0.0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the database server's; {LeaseClock.Tolerance.TotalSeconds:0} s are allowed. Set it right, by NTP, on this machine or on the server."))
    {
    }
}
