using Hangfire.AspNetCore;
using Hangfire.Logging;
using ILoggerFactory = Microsoft.Extensions.Logging.ILoggerFactory;

namespace Fulfilment.Hangfire;

/// <summary>Hangfire's log, which is one for the process: a host that has stopped in it must not make another fail.</summary>
internal sealed class HangfireLog(ILoggerFactory factory) : ILogProvider
{
    private readonly AspNetCoreLogProvider _provider = new(factory);

    public ILog GetLogger(string name)
    {
        try
        {
            return _provider.GetLogger(name);
        }
        catch (ObjectDisposedException)
        {
            return new Nothing();
        }
    }

    private sealed class Nothing : ILog
    {
        public bool Log(LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null) => false;
    }
}
