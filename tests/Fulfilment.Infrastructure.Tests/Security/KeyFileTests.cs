using System.Text.Json;
using System.Text.Json.Nodes;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Tests.Security;

public sealed class KeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("key-file-").FullName;

    private string FilePath => Path.Combine(_folder, KeyFile.Name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void LoadOrCreate_MakesKeysOnce()
    {
        var made = KeyFile.LoadOrCreate(_folder, out var created);
        var loaded = KeyFile.LoadOrCreate(_folder, out var createdAgain);

        Assert.True(created);
        Assert.False(createdAgain);
        Assert.Equal(made.CheckValues(), loaded.CheckValues());
        Assert.Equal(made.CheckValues(), KeyFile.Load(_folder).CheckValues());
    }

    [Fact]
    public void LoadOrCreate_MakesTheFolder_AndLeavesNothingElseInIt()
    {
        var nested = Path.Combine(_folder, "a", "b");

        KeyFile.LoadOrCreate(nested, out _);

        Assert.Equal([Path.Combine(nested, KeyFile.Name)], Directory.GetFileSystemEntries(nested));
    }

    [Fact]
    public void File_IsItsOwnersOnly()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("needs Unix file modes");
            return;
        }

        KeyFile.LoadOrCreate(_folder, out _);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Load_RefusesAFileOpenToOthers_AndSaysHowToCloseIt(UnixFileMode open)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("needs Unix file modes");
            return;
        }

        KeyFile.LoadOrCreate(_folder, out _);
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | open);

        var refused = Assert.Throws<KeyRingException>(() => KeyFile.LoadOrCreate(_folder, out _));

        Assert.Contains($"chmod 600 {FilePath}", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The loser of the race must not replace the keys the winner may already have imported codes with.</summary>
    [Fact]
    public async Task LoadOrCreate_GivesAllTheSameKeys_WhenManyStartAtOnce()
    {
        for (var round = 0; round < 30; round++)
        {
            var folder = Path.Combine(_folder, $"{round}");
            Directory.CreateDirectory(folder);
            using var start = new Barrier(4);
            var results = new (string Check, bool Created)[4];

            // Long-running for a thread each; the pool might give four tasks two, and the barrier would wait for ever.
            await Task.WhenAll(Enumerable.Range(0, 4).Select(host => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    var keys = KeyFile.LoadOrCreate(folder, out var created);
                    results[host] = (keys.CheckValues()["fingerprint"], created);
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));

            Assert.Single(results.Select(result => result.Check).Distinct());
            Assert.Single(results, result => result.Created);
            Assert.Equal(results[0].Check, KeyFile.Load(folder).CheckValues()["fingerprint"]);
            Assert.Single(Directory.GetFileSystemEntries(folder));
        }
    }

    /// <summary>What the race test hopes to hit by chance: the name is taken between the look and the link.</summary>
    [Fact]
    public void TryCreate_LeavesAFileThatIsThereAlone()
    {
        File.WriteAllText(FilePath, "first");

        Assert.False(DurableFiles.TryCreate(FilePath, "second"u8, UnixFileMode.UserRead));

        Assert.Equal("first", File.ReadAllText(FilePath));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Load_SaysSo_WhenThereIsNoFile()
    {
        var missing = Assert.Throws<KeyRingException>(() => KeyFile.Load(_folder));

        Assert.StartsWith($"There is no key file {FilePath}.", missing.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("fingerprint")]
    [InlineData("lookUp")]
    [InlineData("custody")]
    [InlineData("active")]
    [InlineData("encryption")]
    public void Load_NamesAMissingField(string field)
    {
        Edit(keys => keys.Remove(field));

        AssertRefused($"{field}{(field == "encryption" ? ".1" : "")} is missing");
    }

    [Fact]
    public void Load_NamesAFieldOfTheWrongLength()
    {
        Edit(keys => keys["encryption"]!["1"] = "AAAA");

        AssertRefused("encryption.1 has 3 bytes instead of 32");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"active\":\"1\"")]
    [InlineData("{\"active\":1}")]
    [InlineData("{\"c2VjcmV0\":\"1\"}")]
    [InlineData("{\"encryption\":null}")]
    [InlineData("c2VjcmV0")]
    public void Load_RefusesBrokenFiles_WithoutQuotingThem(string content)
    {
        KeyFile.LoadOrCreate(_folder, out _);
        File.WriteAllText(FilePath, content);

        AssertRefused(FilePath);
        Assert.Equal(content, File.ReadAllText(FilePath));
    }

    /// <summary>An edit by hand that left the old key in: which of the two counts must not be left to the parser.</summary>
    [Fact]
    public void Load_RefusesAFieldGivenTwice()
    {
        KeyFile.LoadOrCreate(_folder, out _);
        var other = Convert.ToBase64String(SecretKey.Create().Bytes);
        File.WriteAllText(FilePath, $"{{\"custody\":\"{other}\"," + File.ReadAllText(FilePath)[1..]);

        AssertRefused("is not a JSON object of keys");
    }

    [Fact]
    public void Load_RefusesACutFile()
    {
        KeyFile.LoadOrCreate(_folder, out _);
        var whole = File.ReadAllBytes(FilePath);

        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            Assert.Throws<KeyRingException>(() => KeyFile.Load(_folder));
        }
    }

    [Fact]
    public void LoadOrCreate_SaysWhatToDo_WhenNoFileCanBeMade()
    {
        var file = Path.Combine(_folder, "a-file");
        File.WriteAllText(file, "");

        var failed = Assert.Throws<KeyRingException>(() => KeyFile.LoadOrCreate(Path.Combine(file, "data"), out _));

        Assert.Contains("cannot be made", failed.Message, StringComparison.Ordinal);
        Assert.Contains("Security:Keys", failed.Message, StringComparison.Ordinal);
    }

    private void Edit(Action<JsonObject> change)
    {
        KeyFile.LoadOrCreate(_folder, out _);
        var keys = JsonNode.Parse(File.ReadAllText(FilePath))!.AsObject();
        change(keys);
        File.WriteAllText(FilePath, keys.ToJsonString(JsonSerializerOptions.Default));
    }

    private void AssertRefused(string expected)
    {
        var refused = Assert.Throws<KeyRingException>(() => KeyFile.Load(_folder));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        SecurityTexts.AssertHoldsNone(refused.ToString(), "c2VjcmV0");
    }
}
