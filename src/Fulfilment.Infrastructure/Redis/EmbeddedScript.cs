namespace Fulfilment.Infrastructure.Redis;

/// <summary>The Lua scripts, which are files beside the code that sends them.</summary>
internal static class EmbeddedScript
{
    /// <param name="name">The file's, without its ending.</param>
    public static string Read(string name)
    {
        using var reader = new StreamReader(typeof(EmbeddedScript).Assembly.GetManifestResourceStream($"redis/{name}.lua")!);
        return reader.ReadToEnd();
    }
}
