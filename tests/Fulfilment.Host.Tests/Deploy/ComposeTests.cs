using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fulfilment.Host.Tests.Docs;

namespace Fulfilment.Host.Tests.Deploy;

/// <summary>What docker-compose.yml has to be, where no engine is at hand to try it.</summary>
public sealed partial class ComposeTests
{
    private static readonly string[] Hosts = ["api-1", "api-2", "worker"];

    private readonly JsonObject _file = ComposeFile.Parse(Read("docker-compose.yml"));

    [Fact]
    public void OnlyTheLoadBalancer_IsPublished_AndNotToEverybody()
    {
        Assert.Equal(["lb"], Services().Where(service => service.Value.ContainsKey("ports")).Select(service => service.Name));
        Assert.Equal(["${API_ADDRESS:-127.0.0.1}:${API_PORT:-8080}:8080"], Texts(Service("lb")["ports"]));
        Assert.Equal("true", (string?)_file["networks"]!["backend"]!["internal"]);
        Assert.All(["sqlserver", "redis", "database", "worker"], name => Assert.Equal(["backend"], Texts(Service(name)["networks"])));
        Assert.DoesNotContain("network_mode", Read("docker-compose.yml"), StringComparison.Ordinal);
        Assert.DoesNotContain("privileged:", Read("docker-compose.yml").Replace("no-new-privileges:", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryContainer_ButSqlServers_IsReadOnly_AndMayDoNothingSpecial() =>
        Assert.All(Services().Where(service => service.Name != "sqlserver"), service =>
        {
            Assert.Equal("true", (string?)service.Value["read_only"]);
            Assert.Contains("/tmp", Texts(service.Value["tmpfs"]));
            Assert.Equal(["ALL"], Texts(service.Value["cap_drop"]));
            Assert.Equal(["no-new-privileges:true"], Texts(service.Value["security_opt"]));
        });

    [Fact]
    public void Images_NameOneVersion()
    {
        var images = Services().Select(service => (string)service.Value["image"]!)
            .Concat(Read("Dockerfile").Split('\n').Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]))
            .Where(image => !image.StartsWith("fulfilment:", StringComparison.Ordinal));

        Assert.All(images, image => Assert.Matches(@":(\d+\.\d+\.\d+|2022-CU\d+)(-[a-z0-9.-]+)?$", image));
    }

    [Fact]
    public void Secrets_ComeFromTheEnvironmentFile_AndItIsNotInTheRepository()
    {
        var values = Leaves(_file).ToList();
        var secrets = values.Where(leaf => leaf.Contains("assword", StringComparison.Ordinal) || leaf.Contains("PASSWORD", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(secrets);
        Assert.All(secrets.Where(leaf => leaf != "--requirepass"), leaf => Assert.Matches(@"\$\{(DATABASE|REDIS|MSSQL_SA)_PASSWORD:\?run deploy/make-env\}", leaf));
        Assert.All([".env", "keys.env"], name => Assert.Contains(name, File.ReadAllLines(PathOf(".gitignore"))));
        Assert.All(File.ReadAllLines(PathOf(".env.example")).Where(line => line.Contains("PASSWORD", StringComparison.Ordinal)), line => Assert.EndsWith("=", line, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryVariable_IsInTheExample_AndTheOtherWayRound()
    {
        var asked = Variable().Matches(string.Join('\n', Leaves(_file))).Select(match => match.Groups[1].Value).Where(name => name != "FULFILMENT_VERSION").Distinct().Order(StringComparer.Ordinal);
        var given = File.ReadAllLines(PathOf(".env.example")).Where(line => line.Contains('=', StringComparison.Ordinal) && line[0] != '#').Select(line => line.Split('=')[0]).Order(StringComparer.Ordinal);

        Assert.Equal(asked, given);
    }

    [Fact]
    public void Redis_WritesNothingDown_AndDropsNothing()
    {
        var command = string.Join(' ', Texts(Service("redis")["command"]));

        Assert.Contains("--save  --appendonly no", command, StringComparison.Ordinal);
        Assert.Contains("--maxmemory-policy noeviction", command, StringComparison.Ordinal);
        Assert.DoesNotContain("volumes", Service("redis").Select(entry => entry.Key));
        Assert.Equal(["sqlserver-data"], _file["volumes"]!.AsObject().Select(volume => volume.Key));
    }

    [Fact]
    public void EverySettingOfAHost_IsOneThatTheHostReads()
    {
        var source = string.Join('\n', Directory.EnumerateFiles(PathOf("src/Fulfilment.Host"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var settings = Hosts.SelectMany(host => Service(host)["environment"]!.AsObject()).Select(entry => entry.Key.Replace("__", ":", StringComparison.Ordinal)).Distinct();

        Assert.All(settings, setting => Assert.Contains($"\"{setting}\"", source, StringComparison.Ordinal));
        Assert.All(Hosts, host => Assert.Equal("SqlServer", (string?)Service(host)["environment"]!["Storage__Provider"]));
        Assert.All(Hosts, host => Assert.Equal("Redis", (string?)Service(host)["environment"]!["Pool__Provider"]));
        Assert.All(Hosts, host => Assert.Equal("Hangfire", (string?)Service(host)["environment"]!["Jobs__Provider"]));
        Assert.Equal(["Api,Console", "Api,Console", "Worker"], Hosts.Select(host => (string?)Service(host)["environment"]!["Host__Roles"]));
        Assert.StartsWith((string)_file["networks"]!["edge"]!["ipam"]!["config"]![0]!["subnet"]!, (string)Service("api-1")["environment"]!["Proxy__Known"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesThatAreNamed_AreThere()
    {
        var mounted = Services().SelectMany(service => Texts(service.Value["volumes"])).Where(volume => volume.StartsWith('.')).Select(volume => volume.Split(':')).ToList();

        Assert.NotEmpty(mounted);
        Assert.All(mounted, volume =>
        {
            Assert.True(File.Exists(PathOf(volume[0])), volume[0]);
            Assert.Equal("ro", volume[2]);
        });
        Assert.All(CopiedFiles(), path => Assert.True(Path.Exists(PathOf(path)), path));
    }

    [Fact]
    public void Parts_StartInOrder_AndHostsHaveTimeToFinish()
    {
        Assert.Equal("service_healthy", (string?)Service("database")["depends_on"]!["sqlserver"]!["condition"]);
        Assert.All(Hosts, host => Assert.Equal("service_completed_successfully", (string?)Service(host)["depends_on"]!["database"]!["condition"]));
        Assert.All(Hosts, host => Assert.Equal("45s", (string?)Service(host)["stop_grace_period"]));
        Assert.All(["api-1", "api-2"], host => Assert.Equal("service_healthy", (string?)Service("lb")["depends_on"]![host]!["condition"]));
        Assert.All(["sqlserver", "redis", "lb"], name => Assert.True(Service(name).ContainsKey("healthcheck"), name));
        Assert.Contains("HEALTHCHECK", Read("Dockerfile"), StringComparison.Ordinal);
    }

    [Fact]
    public void LoadBalancer_KnowsTheHosts_AndAsksThemWhetherTheyAreReady()
    {
        var text = Read("deploy/haproxy.cfg");

        Assert.Equal(["api-1", "api-2"], Regex.Matches(text, @"^\s+server (\S+) \1:8080$", RegexOptions.Multiline).Select(match => match.Groups[1].Value));
        Assert.Contains("http-check send meth GET uri /health/ready", text, StringComparison.Ordinal);
        Assert.Contains("option forwardfor", text, StringComparison.Ordinal);
        Assert.Contains("no option http-buffer-request", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Reader_RefusesWhatItDoesNotKnow()
    {
        Assert.Throws<FormatException>(() => ComposeFile.Parse("a:\n  b: |\n    text"));
        Assert.Throws<FormatException>(() => ComposeFile.Parse("a: 1\n    b: 2"));
        Assert.Equal("""{"x":{"a":"1","b":["2","3"]},"y":{"b":"4","a":"1"}}""", ComposeFile.Parse("x: &x\n  a: 1\n  b: [\"2\", 3]\n# no\ny:\n  <<: *x\n  b: \"4\"\n").ToJsonString());
    }

    private static string PathOf(string path) => Path.Combine(Repository.Root, path);

    private static string Read(string path) => File.ReadAllText(PathOf(path));

    private static IEnumerable<string> Texts(JsonNode? list) => list is null ? [] : list.AsArray().Select(item => (string)item!);

    // Sources of COPY from the build context.
    private static IEnumerable<string> CopiedFiles() => Read("Dockerfile").Split('\n')
        .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
        .SelectMany(line => line.Split(' ')[1..^1]);

    private static IEnumerable<string> Leaves(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => Leaves(entry.Value)),
        JsonArray list => list.SelectMany(Leaves),
        null => [],
        _ => [(string)node!],
    };

    private IEnumerable<(string Name, JsonObject Value)> Services() => _file["services"]!.AsObject().Select(service => (service.Key, service.Value!.AsObject()));

    private JsonObject Service(string name) => _file["services"]![name]!.AsObject();

    [GeneratedRegex(@"\$\{([A-Z_]+)")]
    private static partial Regex Variable();
}
