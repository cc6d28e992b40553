namespace Fulfilment.Host;

/// <summary>The engine cannot run as it is set up. The message says what to set or do; it is shown without a stack trace.</summary>
internal sealed class SetupException(string message, Exception? inner = null) : Exception(message, inner);
