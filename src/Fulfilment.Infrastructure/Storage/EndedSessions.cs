using System.Security.Cryptography;
using Dapper;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// Sessions of people that were ended before their time, in the table <c>ended_sessions</c>: a copy of the cookie is worth nothing once its owner has signed out, on any
/// node and after a restart. Kept until the session would have ended by itself; of the session only a hash.
/// </summary>
public sealed class EndedSessions(IDatabase database, TimeProvider time)
{
    /// <summary>Ends a session.</summary>
    /// <param name="session">What its owner shows; it is somebody who was let in, so that nobody else can fill the table.</param>
    /// <param name="until">When it would have ended by itself.</param>
    public Task EndAsync(ReadOnlyMemory<byte> session, DateTimeOffset until) => database.WriteAsync(async connection =>
    {
        await connection.ExecuteAsync("DELETE FROM ended_sessions WHERE ends_at <= @now", new { now = time.GetUtcNow().ToUnixTimeMilliseconds() }).ConfigureAwait(false);
        return await connection.ExecuteAsync(
            "INSERT INTO ended_sessions (session, ends_at) SELECT @name, @until WHERE NOT EXISTS (SELECT 1 FROM ended_sessions WHERE session = @name)",
            new { name = NameOf(session), until = until.ToUnixTimeMilliseconds() }).ConfigureAwait(false);
    });

    /// <summary>Whether it was ended.</summary>
    public Task<bool> IsEndedAsync(ReadOnlyMemory<byte> session, CancellationToken cancellation) => database.ReadAsync(
        async connection => await connection.QueryFirstOrDefaultAsync<string>("SELECT session FROM ended_sessions WHERE session = @name", new { name = NameOf(session) })
            .ConfigureAwait(false) is not null,
        cancellation);

    private static string NameOf(ReadOnlyMemory<byte> session) => Convert.ToHexStringLower(SHA256.HashData(session.Span));
}
