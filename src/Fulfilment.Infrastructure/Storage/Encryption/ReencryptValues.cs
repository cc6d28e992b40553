using Dapper;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Storage.Encryption;

/// <summary>
/// Brings every stored value to the active key, while hosts go on selling. Each piece is one short transaction that also says how far it came,
/// so a run that dies goes on there. A value is replaced only where it still is what was read; custody chains do not cover it, so none breaks.
/// </summary>
public sealed class ReencryptValues(IDatabase database, EncryptionKeyStore keys, EncryptedValues values, CurrentKeys current, TimeProvider time) : IDisposable
{
    private const int RowsAtOnce = 512;

    private readonly IReadOnlyDictionary<AuthenticatedBox.Domain, AuthenticatedBox> _boxes =
        Enum.GetValues<AuthenticatedBox.Domain>().ToDictionary(domain => domain, domain => new AuthenticatedBox(current, domain));

    /// <summary>Runs until no value names another key than the active one. Beside another run nothing is lost, only done twice.</summary>
    /// <returns>What was done by this run.</returns>
    public async Task<Reencryption> RunAsync(IProgress<Reencryption>? progress, CancellationToken cancellation)
    {
        var target = current.Ring.ActiveEncryptionId;
        var unreadable = new HashSet<(string, long, long)>();
        var done = new Reencryption(target, 0, 0, []);
        while (true)
        {
            foreach (var column in EncryptedColumn.All)
            {
                done = await RunAsync(column, target, unreadable, done, progress, cancellation).ConfigureAwait(false);
            }

            // What was encrypted before a process turned to the active key may have been stored behind our back.
            var left = (await values.CountAsync(cancellation).ConfigureAwait(false)).Where(use => use.KeyId != target).Sum(use => use.Values);
            if (left <= unreadable.Count)
            {
                return done with { Unreadable = [.. unreadable.Select(value => $"{value.Item1} of {Math.Max(value.Item2, value.Item3)}").Order(StringComparer.Ordinal)] };
            }

            await database.WriteAsync(connection => connection.ExecuteAsync("DELETE FROM reencryptions")).ConfigureAwait(false);
        }
    }

    /// <summary>How far a run came, also one that died; empty when there was none.</summary>
    public async Task<IReadOnlyList<ReencryptionProgress>> ProgressAsync()
    {
        var rows = await database.ReadAsync(connection => connection.QueryAsync<Position>(
            "SELECT part, to_key, after_row, after_line, seen, changed, finished_at FROM reencryptions ORDER BY part")).ConfigureAwait(false);
        return [.. rows.Select(row => new ReencryptionProgress(
            EncryptedColumn.All.First(column => column.Part == row.Part).Name, (byte)row.ToKey, row.Seen, row.Changed, row.FinishedAt is not null))];
    }

    /// <summary>Processes that do not encrypt with the active key yet.</summary>
    public async Task<IReadOnlyList<int>> BehindAsync()
    {
        var stored = await keys.ReadAsync().ConfigureAwait(false);
        return [.. stored.Nodes.Where(node => node.Active != 0 && node.Active != stored.Active).Select(node => node.Number)];
    }

    public void Dispose()
    {
        foreach (var box in _boxes.Values)
        {
            box.Dispose();
        }
    }

    private async Task<Reencryption> RunAsync(
        EncryptedColumn column, byte target, HashSet<(string, long, long)> unreadable, Reencryption done, IProgress<Reencryption>? progress, CancellationToken cancellation)
    {
        var at = await BeginAsync(column, target).ConfigureAwait(false);
        while (at.FinishedAt is null)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = await values.PageAsync(column, at.AfterRow, at.AfterLine, RowsAtOnce, cancellation).ConfigureAwait(false);
            var renewed = Renew(column, page, unreadable);
            at = at with
            {
                Seen = at.Seen + page.Count,
                AfterRow = page.Count == 0 ? at.AfterRow : page[^1].RowId,
                AfterLine = page.Count == 0 ? at.AfterLine : page[^1].LineId,
                FinishedAt = page.Count < RowsAtOnce ? time.GetUtcNow().ToUnixTimeMilliseconds() : null,
            };

            // Where nothing changed there is nothing to lose but the reading.
            var changed = renewed.Count > 0 || at.FinishedAt is not null ? await WriteAsync(column, at, renewed).ConfigureAwait(false) : 0;
            done = done with { Seen = done.Seen + page.Count, Changed = done.Changed + changed };
            progress?.Report(done);
        }

        return done;
    }

    private List<Renewed> Renew(EncryptedColumn column, List<EncryptedColumn.Row> page, HashSet<(string, long, long)> unreadable)
    {
        var renewed = new List<Renewed>();
        foreach (var row in page.Where(row => row.Value is not null))
        {
            var value = _boxes[column.Domain].Renew(row.OwnerId, row.Value!, out var failure);
            if (value is not null)
            {
                renewed.Add(new Renewed(row.RowId, row.LineId, row.Value!, value));
            }
            else if (failure is not null && row.KeyId is not null)
            {
                unreadable.Add((column.Name, row.RowId, row.LineId));
            }
        }

        return renewed;
    }

    private Task<Position> BeginAsync(EncryptedColumn column, byte target) => database.WriteAsync(async connection =>
    {
        // Progress to another key is none to this one.
        await connection.ExecuteAsync("DELETE FROM reencryptions WHERE part = @part AND to_key <> @target", new { part = column.Part, target }).ConfigureAwait(false);
        await connection.ExecuteAsync("""
            INSERT INTO reencryptions (part, to_key, after_row, after_line, seen, changed)
            SELECT @part, @target, 0, 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM reencryptions WHERE part = @part)
            """, new { part = column.Part, target }).ConfigureAwait(false);
        return await connection.QuerySingleAsync<Position>(
            "SELECT part, to_key, after_row, after_line, seen, changed, finished_at FROM reencryptions WHERE part = @part", new { part = column.Part }).ConfigureAwait(false);
    });

    private Task<int> WriteAsync(EncryptedColumn column, Position at, List<Renewed> renewed) => database.WriteAsync(
        async connection =>
        {
            var changed = 0;
            foreach (var value in renewed)
            {
                changed += await connection.ExecuteAsync(
                    column.Update, new { renewed = value.Value, row = value.RowId, line = value.LineId, value = value.Old }).ConfigureAwait(false);
            }

            if (changed > 0 && column.InCatalogue)
            {
                await CatalogueVersion.RaiseAsync(connection).ConfigureAwait(false);
            }

            await connection.ExecuteAsync(
                """
                UPDATE reencryptions SET after_row = @AfterRow, after_line = @AfterLine, seen = @Seen, changed = changed + @changed, finished_at = @FinishedAt
                WHERE part = @Part AND to_key = @ToKey
                """,
                new { at.AfterRow, at.AfterLine, at.Seen, changed, at.FinishedAt, at.Part, at.ToKey }).ConfigureAwait(false);
            return changed;
        },
        WritePriority.Bulk);

    private sealed record Renewed(long RowId, long LineId, byte[] Old, byte[] Value);

    private sealed record Position
    {
        public long Part { get; init; }

        public long ToKey { get; init; }

        public long AfterRow { get; init; }

        public long AfterLine { get; init; }

        public long Seen { get; init; }

        public long Changed { get; init; }

        public long? FinishedAt { get; init; }
    }
}

/// <summary>What a run of <see cref="ReencryptValues"/> has done.</summary>
/// <param name="KeyId">The key that values now name.</param>
/// <param name="Seen">Rows looked at.</param>
/// <param name="Changed">Values encrypted anew.</param>
/// <param name="Unreadable">Values that do not open: they were damaged before, and stay as they are.</param>
public sealed record Reencryption(byte KeyId, long Seen, long Changed, IReadOnlyList<string> Unreadable);

/// <summary>How far one column is.</summary>
/// <param name="Column">As <c>table.column</c>.</param>
/// <param name="KeyId">The key it is brought to.</param>
/// <param name="Seen">Rows looked at.</param>
/// <param name="Changed">Values encrypted anew.</param>
/// <param name="IsFinished">Whether all of it was walked through.</param>
public sealed record ReencryptionProgress(string Column, byte KeyId, long Seen, long Changed, bool IsFinished);
