using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Processes;

namespace Decisions.Tests.Runtime;

public sealed class LaunchTests
{
    private const string Preload = "/usr/lib/reuseportd/libreuseport.so";

    private static readonly WorkerName Worker = new("web", 2);

    private static readonly Account Alice = new("alice", new Identity(1000, 1000, []), "/home/alice", "/bin/zsh");

    [Fact]
    public void Of_VariablesOfTheDaemon_AreNotPassedOn()
    {
        var environment = Environment(Specs.Service("web"), inherited: new()
        {
            ["NOTIFY_SOCKET"] = "/run/systemd/notify", ["WATCHDOG_USEC"] = "1", ["WATCHDOG_PID"] = "1", ["LISTEN_FDS"] = "1",
            ["LISTEN_PID"] = "1",
            ["LISTEN_FDNAMES"] = "x", ["JOURNAL_STREAM"] = "8:1", ["SYSTEMD_EXEC_PID"] = "1", ["REUSEPORTD_SOCKET"] = "/run/x",
            ["LIBREUSEPORT_ADDR"] = "10.0.0.1", ["LIBREUSEPORT_ANYTHING"] = "1", ["PATH"] = "/bin",
        });
        Assert.Equal("/bin", environment["PATH"]);
        Assert.DoesNotContain(environment.Keys, name => name.StartsWith("LISTEN_", StringComparison.Ordinal)
            || name.StartsWith("WATCHDOG_", StringComparison.Ordinal)
            || name is "NOTIFY_SOCKET" or "JOURNAL_STREAM" or "SYSTEMD_EXEC_PID" or "REUSEPORTD_SOCKET");
        Assert.Equal(
            ["LIBREUSEPORT_DEBUG", "LIBREUSEPORT_PORT"],
            environment.Keys.Where(name => name.StartsWith("LIBREUSEPORT_", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void Of_SameVariableFromSeveralPlaces_NearestWins()
    {
        var service = WithEnvironment(("C", "service"), ("D", "service"));
        var environment = Environment(
            service,
            inherited: new() { ["A"] = "daemon", ["B"] = "daemon", ["C"] = "daemon", ["HOME"] = "/root" },
            fromFiles: [new("B", "file"), new("C", "file"), new("B", "later file")],
            account: Alice);
        Assert.Equal(
            ("daemon", "later file", "service", "service"),
            (environment["A"], environment["B"], environment["C"], environment["D"]));
        Assert.Equal("/home/alice", environment["HOME"]);
    }

    [Fact]
    public void Of_AnotherUser_HasThatUsersVariables()
    {
        var environment = Environment(Specs.Service("web"), account: Alice);
        Assert.Equal(
            ("alice", "alice", "/home/alice", "/bin/zsh"),
            (environment["USER"], environment["LOGNAME"], environment["HOME"], environment["SHELL"]));
    }

    [Fact]
    public void Of_UserWithoutEntry_KeepsInheritedEnvironment()
    {
        var environment = Environment(
            Specs.Service("web"),
            inherited: new() { ["HOME"] = "/root" },
            account: new Account(null, Alice.Identity, null, null));
        Assert.Equal("/root", environment["HOME"]);
        Assert.DoesNotContain("USER", environment.Keys);
    }

    [Fact]
    public void Of_ReuseportSection_IsInTheEnvironment()
    {
        var environment = Environment(With(reuseport => reuseport with
        {
            Ports = new PortFilter([new PortRange(80, 80), new PortRange(8000, 8010)]),
            Addresses = ["127.0.0.1", "10.0.0.0/8"],
            Interface = "eth0",
            ReusePort = OptionSetting.Clear,
            ReuseAddress = OptionSetting.Set,
            Backlog = 4096,
        }));
        Assert.Equal(
            ("80,8000-8010", "127.0.0.1,10.0.0.0/8", "eth0", "0", "1", "4096", "1"),
            (
                environment["LIBREUSEPORT_PORT"],
                environment["LIBREUSEPORT_ADDR"],
                environment["SO_BINDTODEVICE"],
                environment["SO_REUSEPORT"],
                environment["SO_REUSEADDR"], environment["LIBREUSEPORT_BACKLOG"], environment["LIBREUSEPORT_DEBUG"]));
    }

    [Fact]
    public void Of_KeyNotInReuseportSection_VariableIsNotPassedOn()
    {
        string[] names =
            ["LIBREUSEPORT_PORT", "LIBREUSEPORT_ADDR", "LIBREUSEPORT_BACKLOG", "LIBREUSEPORT_DEBUG", "SO_BINDTODEVICE"];
        var service = With(reuseport => reuseport with { Ports = PortFilter.Any, Debug = false });
        var environment = Environment(
            service,
            inherited: names.ToDictionary(name => name, _ => "daemon"),
            fromFiles: names.Select(name => KeyValuePair.Create(name, "file")));
        Assert.Empty(environment.Keys.Intersect(names));
        Assert.Equal(("1", "-1"), (environment["SO_REUSEPORT"], environment["SO_REUSEADDR"]));
    }

    [Theory]
    [InlineData(null, Preload)]
    [InlineData("", Preload)]
    [InlineData("/usr/lib/libjemalloc.so", Preload + ":/usr/lib/libjemalloc.so")]
    public void Of_OwnPreload_FollowsTheLibrary(string? theirs, string expected)
    {
        var service = theirs is null ? Specs.Service("web") : WithEnvironment(("LD_PRELOAD", theirs));
        Assert.Equal(expected, Environment(service)["LD_PRELOAD"]);
    }

    [Fact]
    public void Of_Placeholders_AreFilledIn()
    {
        var service = WithEnvironment(("PORT", "{9000+worker}"));
        service = service with
        {
            Process = service.Process with
            {
                Command = [Template("server"), Template("--id={service}-{worker}")], WorkingDirectory = Template("/srv/{worker}"),
            },
        };
        var launch = LaunchSpec.ForWorker(service, Worker, 1, LaunchSpec.Inherited([]), [], Preload, account: null);
        Assert.Equal(["server", "--id=web-2"], launch.Arguments);
        Assert.Equal("/srv/2", launch.WorkingDirectory);
        Assert.Contains("PORT=9002", launch.Environment);
    }

    [Fact]
    public void Of_Identity_MarksProcessAndCannotBeOverridden()
    {
        var service = WithEnvironment(("REUSEPORT_WORKER", "9"), ("REUSEPORT_SERVICE", "other")) with { Workers = 5 };
        var launch = LaunchSpec.ForWorker(
            service, Worker, 7, LaunchSpec.Inherited([]), [new("REUSEPORT_GENERATION", "9")], Preload, account: null);
        Assert.Empty(Marks.For(Worker, 7).Except(launch.Environment));
        Assert.Contains("REUSEPORT_WORKERS=5", launch.Environment);
        Assert.Equal(
            launch.Environment.Count,
            launch.Environment.Select(entry => entry[..entry.IndexOf('=', StringComparison.Ordinal)]).Distinct().Count());
    }

    [Fact]
    public void Of_SameServiceTwice_IsEqual() => Assert.Equal(
        LaunchSpec.ForWorker(
            Specs.Service("web"), Worker, 1, LaunchSpec.Inherited([new("A", "1")]), [new("B", "2")], Preload, Alice),
        LaunchSpec.ForWorker(
            Specs.Service("web"), Worker, 1, LaunchSpec.Inherited([new("A", "1")]), [new("B", "2")], Preload, Alice));

    private static Dictionary<string, string> Environment(
        ServiceSpec service,
        Dictionary<string, string>? inherited = null,
        IEnumerable<KeyValuePair<string, string>>? fromFiles = null,
        Account? account = null) =>
        LaunchSpec.ForWorker(
            service, Worker, 1, LaunchSpec.Inherited(inherited ?? []), fromFiles ?? [], Preload, account).Environment
            .Select(entry => entry.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    private static ServiceSpec With(Func<ReuseportSpec, ReuseportSpec> change)
    {
        var service = Specs.Service("web");
        return service with { Process = service.Process with { Reuseport = change(service.Process.Reuseport) } };
    }

    private static ServiceSpec WithEnvironment(params (string Name, string Value)[] variables)
    {
        var service = Specs.Service("web");
        return service with
        {
            Process = service.Process with
            {
                Environment = new([.. variables.Select(pair => new EnvironmentVariable(pair.Name, Template(pair.Value)))]),
            },
        };
    }

    private static Template Template(string text) => Reuseportd.Model.Template.TryParse(text, out _)!;
}
