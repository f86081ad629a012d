using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>The daemon's own settings, at the top level of the main file.</summary>
internal static class DaemonReader
{
    public static readonly Words<LogForm> Forms =
        new(("auto", LogForm.Auto), ("console", LogForm.Console), ("json", LogForm.Json), ("journal", LogForm.Journal));

    public static readonly Words<LogThreshold> Levels = new(
        ("debug", LogThreshold.Debug), ("information", LogThreshold.Information), ("info", LogThreshold.Information),
        ("warning", LogThreshold.Warning), ("error", LogThreshold.Error));

    private static readonly Key Log = Key.Choice(
        "log", Forms, "Format of the log. auto: journal if stderr is the journal's stream, console on a terminal, else json.",
        LogForm.Auto);

    private static readonly Key Level =
        Key.Choice("log_level", Levels, "Lowest severity that is logged.", LogThreshold.Information);

    private static readonly Key Socket =
        new("socket", Paths.Shape, "Path of the control socket.") { Default = "/run/reuseportd/control.sock" };

    private static readonly Key SocketGroup =
        new("socket_group", new Shape.Text("."), "Group whose members may use the control socket of the system's daemon.") {
            Default = "reuseportd",
        };

    private static readonly Key SocketReadOnlyGroup = new(
        "socket_read_only_group", new Shape.Text("."),
        "Group whose members may only read through the control socket of the system's daemon. Default: none.");

    private static readonly Key Preload =
        new("preload", Paths.Shape, "Path of libreuseport.so. Default: ../lib or ../lib/reuseportd beside the daemon.");

    private static readonly Key Parallelism = Key.Integer(
        "start_parallelism", 1, ServiceReader.MostWorkers,
        "Most workers between start and readiness at one time. A service without a starting worker need not wait. "
        + "Default: CPUs times 4.");

    private static readonly Words<SteeringChoice> Ways = new(
        ("auto", SteeringChoice.Auto), ("ebpf", SteeringChoice.Program), ("cbpf", SteeringChoice.Classic),
        ("none", SteeringChoice.None));

    private static readonly Key Steering = Key.Choice(
        "steering", Ways, "How connections to shared ports are steered. auto: the best way that is permitted.",
        SteeringChoice.Auto);

    private static readonly Key KeepWorkers = Key.Flag(
        "keep_workers",
        "Whether workers run on when another program replaces the daemon (reuseportctl reexec), and when the next daemon takes "
        + "them over (systemctl restart, a crash). false: they end with the daemon.", true);

    private static readonly Key AgentCheck = new(
        "agent_check", Endpoints.Shape,
        "Addresses and ports at which the daemon answers HAProxy's agent checks, for the host or for the service that "
        + "'agent-send' names. Default: none.");

    private static readonly Key ExitOnFailed = new(
        "exit_on_failed", new Shape.List(new Shape.Text(), OrOne: true),
        "Services that end the daemon, with exit code 69, when a worker of them is failed for good. For containers. "
        + "Default: none.");

    public static readonly IReadOnlyList<Key> Keys =
    [
        Log, Level, Socket, SocketGroup, SocketReadOnlyGroup, Preload, Parallelism, Steering, KeepWorkers, AgentCheck,
        ShutdownReader.Key, ExitOnFailed, .. ListenReader.Keys,
    ];

    public static DaemonSpec Read(Section top, Accounts accounts) =>
        new(
            Forms.Read(top, Log),
            Levels.Read(top, Level),
            top.SocketPath(Socket),
            top.AbsolutePath(Preload),
            top.Integer(Parallelism))
        {
            Steering = Ways.Read(top, Steering),
            KeepWorkers = top.Flag(KeepWorkers),
            Listen = ListenReader.Read(top),
            AgentCheck = [.. Endpoints.Read(top, AgentCheck)],
            StopGrace = ShutdownReader.Read(top),
            SocketGroup = accounts.Group(top, SocketGroup),
            SocketReadOnlyGroup = accounts.Group(top, SocketReadOnlyGroup),
        };

    /// <summary>Whether these services exist is known when all files have been read.</summary>
    public static IReadOnlyList<Dependency> ReadExits(Section top) => DependencyReader.Read(top, ExitOnFailed);

    /// <summary>A file of <c>services.d</c> may not have daemon settings: several files could contradict each other.</summary>
    public static void RejectIn(Section top)
    {
        foreach (var key in Keys)
        {
            if (top.Find(key) is { } field)
                field.KeyError("belongs in reuseportd.yaml; a file of services.d contains only services");
        }
    }
}
