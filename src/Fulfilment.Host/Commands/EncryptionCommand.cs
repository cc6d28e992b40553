using System.CommandLine;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage.Encryption;

namespace Fulfilment.Host.Commands;

/// <summary>Rotates the key that codes and personal data are encrypted with, while hosts go on selling: add, activate, reencrypt, retire.</summary>
internal static class EncryptionCommand
{
    // Orders wait seconds for the database, and uploads are stopped by the guard on retired keys.
    private static readonly TimeSpan OutOfUseFor = TimeSpan.FromMinutes(1);

    // Hosts look at the key file every second, and the line before this one in a script may have added the key.
    private static readonly TimeSpan LoadedWithin = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Create() => new("encryption", "Rotates the encryption key: add, activate, reencrypt, retire; each also while a host is running.")
    {
        Add(), Activate(), Reencrypt(), Retire(), Status(),
    };

    private static Command Add()
    {
        var command = new Command("add", "Makes a new encryption key and puts it into the key file, where running hosts find it. It is not used until it is activated.");
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, AddAsync, cancellation, needsDatabase: true));
        return command;
    }

    private static async Task<int> AddAsync(IServiceProvider services, CancellationToken cancellation)
    {
        if (services.GetRequiredService<EngineKeys>().AreConfigured)
        {
            return await CommandErrors.RefuseAsync(
                $"The keys of this installation come from settings ({KeyConfiguration.Section}), so this command cannot add one. Make one with: openssl rand -base64 32. "
                + $"Put it under {KeyConfiguration.Section}:Encryption:N, with a number N never used before, in the settings of every node and restart them one by one; "
                + "then keys encryption activate N works as with a key file.");
        }

        var folder = services.GetRequiredService<KeyFolder>().Path;
        var id = await KeyErrorsAsync(() => services.GetRequiredService<EncryptionKeyStore>().AddAsync(
            id =>
            {
                // Read again, now that nobody else writes it.
                var ring = KeyFile.Load(folder).With(id, SecretKey.Create());
                KeyFile.Replace(folder, ring);
                return ring;
            },
            id => Audit(services, "encryptionKey.added", id)));
        await Console.Out.WriteLineAsync($"Encryption key {id} is in {Path.GetFullPath(Path.Combine(folder, KeyFile.Name))}.");
        await Console.Out.WriteLineAsync("Copy that file to where you keep its backup before you go on, then run: keys encryption activate " + id);
        return 0;
    }

    private static Command Activate()
    {
        var id = IdArgument();
        var command = new Command("activate", "Encrypts new codes and personal data with this key from now on. Refused while a running process has not loaded it.") { id };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, stop) =>
        {
            var keyId = parsed.GetValue(id);
            await WaitUntilLoadedAsync(services, keyId, stop);
            if (await services.GetRequiredService<EncryptionKeyStore>().ActivateAsync(keyId, Audit(services, "encryptionKey.activated", keyId)) is { } refusal)
            {
                return await CommandErrors.RefuseAsync(refusal);
            }

            await Console.Out.WriteLineAsync($"Encryption key {keyId} is active. Running hosts turn to it within seconds; bring older values to it with: keys encryption reencrypt");
            return 0;
        }, cancellation, needsDatabase: true));
        return command;
    }

    private static Command Reencrypt()
    {
        var command = new Command("reencrypt", "Encrypts every stored code, recipient, input and buyer with the active key. Stopped or killed, it goes on where it was.");
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, ReencryptAsync, cancellation, needsDatabase: true));
        return command;
    }

    private static async Task<int> ReencryptAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var reencrypt = services.GetRequiredService<ReencryptValues>();
        if (await WaitForNodesAsync(reencrypt, services.GetRequiredService<TimeProvider>(), cancellation) is { Count: > 0 } behind)
        {
            return await CommandErrors.RefuseAsync(
                $"These nodes do not encrypt with the active key yet: {string.Join(", ", behind)}. Hosts turn to it within seconds; wait until commands that were started before have ended.");
        }

        var line = new ProgressLine<Reencryption>(at => $"{FindingsText.Number(at.Seen)} rows, {FindingsText.Number(at.Changed)} values encrypted anew");
        var done = await reencrypt.RunAsync(line, cancellation);
        line.Clear();
        await Console.Out.WriteLineAsync($"{FindingsText.Number(done.Changed)} values encrypted anew; every value that opens is now under key {done.KeyId}.");
        foreach (var value in done.Unreadable)
        {
            await Console.Error.WriteLineAsync($"{value} does not open and stays as it is.");
        }

        return done.Unreadable.Count == 0 ? 0 : CommandErrors.Failed;
    }

    private static Command Retire()
    {
        var id = IdArgument();
        var command = new Command("retire", "Removes a key that no stored value names any more from the key file. Old backups still need it: keep the copy of the file.") { id };
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, (services, stop) => RetireAsync(parsed.GetValue(id), services, stop), cancellation, needsDatabase: true));
        return command;
    }

    private static async Task<int> RetireAsync(byte id, IServiceProvider services, CancellationToken cancellation)
    {
        var store = services.GetRequiredService<EncryptionKeyStore>();
        if (await store.BeginRetiringAsync(id, OutOfUseFor) is { } refusal)
        {
            return await CommandErrors.RefuseAsync(refusal);
        }

        var left = (await services.GetRequiredService<EncryptedValues>().CountAsync(cancellation)).Where(use => use.KeyId == id).ToList();
        if (left.Count > 0)
        {
            await store.CancelRetiringAsync(id);
            return await CommandErrors.RefuseAsync(
                $"Encryption key {id} is still needed: {string.Join(", ", left.Select(use => $"{FindingsText.Number(use.Values)} in {use.Column}"))}. Run keys encryption reencrypt first.");
        }

        var (folder, configured) = (services.GetRequiredService<KeyFolder>().Path, services.GetRequiredService<EngineKeys>().AreConfigured);
        var active = services.GetRequiredService<CurrentKeys>().Ring.ActiveEncryptionId;
        await KeyErrorsAsync(async () =>
        {
            await store.FinishRetiringAsync(
                id,
                () =>
                {
                    if (!configured && KeyFile.Load(folder) is var ring && ring.Encryption.ContainsKey(id))
                    {
                        KeyFile.Replace(folder, ring.WithActive(active).Without(id));
                    }
                },
                Audit(services, "encryptionKey.retired", id));
            return 0;
        });
        await Console.Out.WriteLineAsync(configured
            ? $"Nothing stored names encryption key {id}. Take it out of the settings of every node at their next restart; backups made before still need it."
            : $"Encryption key {id} is no longer in the key file. Backups made before still need it: keep the copy of the key file that goes with them.");
        return 0;
    }

    private static Command Status()
    {
        var command = new Command("status", "Shows the encryption keys, how many values name each, which node has loaded what, and how far a re-encryption is.");
        command.SetAction((parsed, cancellation) => EngineCommand.RunAsync(parsed, async (services, stop) =>
        {
            var stored = await services.GetRequiredService<EncryptionKeyStore>().ReadAsync();
            var uses = await services.GetRequiredService<EncryptedValues>().CountAsync(stop);
            foreach (var key in stored.Keys)
            {
                var state = key.Id == stored.Active ? "active" : key.RetiredAt is not null ? "retired" : key.ActivatedAt is null ? "never active yet" : "old";
                await Console.Out.WriteLineAsync($"key {key.Id}  {state}  {FindingsText.Number(uses.Where(use => use.KeyId == key.Id).Sum(use => use.Values))} values");
            }

            foreach (var node in stored.Nodes.Where(node => node.Active != 0))
            {
                await Console.Out.WriteLineAsync($"node {node.Number}  has loaded {string.Join(", ", node.Loaded)}  encrypts with {node.Active}");
            }

            foreach (var part in await services.GetRequiredService<ReencryptValues>().ProgressAsync())
            {
                await Console.Out.WriteLineAsync(
                    $"re-encryption of {part.Column} to key {part.KeyId}  {FindingsText.Number(part.Seen)} rows, {FindingsText.Number(part.Changed)} values{(part.IsFinished ? "  done" : "")}");
            }

            return 0;
        }, cancellation, needsDatabase: true));
        return command;
    }

    private static async Task WaitUntilLoadedAsync(IServiceProvider services, byte id, CancellationToken cancellation)
    {
        var (store, time) = (services.GetRequiredService<EncryptionKeyStore>(), services.GetRequiredService<TimeProvider>());
        var started = time.GetTimestamp();
        while (await store.ReadAsync() is var stored
            && stored.Keys.Any(key => key.Id == id && key.RetiredAt is null)
            && stored.Nodes.Any(node => !node.Loaded.Contains(id))
            && time.GetElapsedTime(started) < LoadedWithin)
        {
            await Task.Delay(Pause, time, cancellation);
        }
    }

    private static async Task<IReadOnlyList<int>> WaitForNodesAsync(ReencryptValues reencrypt, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var behind = await reencrypt.BehindAsync();
            if (behind.Count == 0 || time.GetElapsedTime(started) > Patience)
            {
                return behind;
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    private static async Task<T> KeyErrorsAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (KeyRingException exception)
        {
            throw new SetupException(exception.Message, exception);
        }
    }

    private static AuditEntry Audit(IServiceProvider services, string action, byte id) =>
        new(services.GetRequiredService<IdGenerator>().Next(), EngineCommand.Actor, action, $"encryptionKey:{id}");

    private static Argument<byte> IdArgument() => new("N") { Description = "The key's number, 1 to 255, as status shows it." };
}
