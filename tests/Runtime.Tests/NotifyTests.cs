using Reuseportd.Model;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Workers that report their readiness by sd_notify(3).</summary>
public sealed class NotifyTests
{
    /// <summary>Waits until the file exists, and then sends each message.</summary>
    private const string Sender =
        """
        import os, socket, sys, time
        while not os.path.exists(sys.argv[1]): time.sleep(0.002)
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.connect(os.environ['NOTIFY_SOCKET'])
        for words in sys.argv[2:]:
            r, w = os.pipe()
            socket.send_fds(s, [words.encode()], [w])
            os.close(w)
            os.read(r, 1)
        print('sent', flush=True)
        time.sleep(1000)
        """;

    private static readonly ReadinessSpec Notify = new ReadinessSpec.Notify(TimeSpan.FromMinutes(1));

    [Fact]
    public void Notify_FromOneWorker_OnlyThatWorkerIsReady()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        var starting = fleet.BeginConverge(
            Python("web", 2, folder["{worker}"], "STATUS=loading", "READY=1\nSTATUS=fine") with { Readiness = Notify });
        fleet.Log.Take("spawn", 2);
        folder.Write("1", "");

        fleet.Log.Take("ready", "web@1");
        Assert.Equal(new StateReason.WaitsForNotification(Notify.Timeout), fleet.Worker("web@0").Reason);
        folder.Write("0", "");
        Assert.Equal(2, Deadline.Await(starting, "readiness").Counts.Ready);
    }

    [Fact]
    public void Notify_BeforeTheLoopKnowsTheProcess_WorkerIsReady()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        folder.Write(
            "send.py",
            """
            import os, socket, sys, time
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.connect(os.environ['NOTIFY_SOCKET'])
            s.send(b'READY=1')
            open(sys.argv[1], 'w').close()
            time.sleep(1000)
            """);
        var service = Given.Shell("web", 1, $"exec python3 {folder["send.py"]} {folder["sent"]}");
        var starting = fleet.BeginConverge(service with { Readiness = Notify });
        // The start begins at the end of the first turn.
        fleet.Turn();
        fleet.Turn();
        // Usually the start is in progress now. The loop then takes its end after the notification.
        var longest = TimeSpan.FromMilliseconds(500);
        fleet.Mailbox.Post(new Message.Ping(() => SpinWait.SpinUntil(() => File.Exists(folder["sent"]), longest)));
        Assert.Equal(1, Deadline.Await(starting, "readiness").Counts.Ready);
    }

    [Fact]
    public void Notify_FromChildOfWorker_WorkerIsReady()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        folder.Write("go", "");
        folder.Write("send.py", Sender);
        // The child has another session, like a daemonized process.
        var service = Given.Shell("web", 1, $"setsid python3 {folder["send.py"]} {folder["go"]} READY=1 & wait");
        Assert.Equal(1, fleet.Converge(service with { Readiness = Notify }).Counts.Ready);
    }

    [Fact]
    public void Notify_FromOtherProcess_ChangesNothing()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        var service = Given.Shell(
            "web", 1, $"echo $NOTIFY_SOCKET > {folder["path"]}.new; mv {folder["path"]}.new {folder["path"]}; sleep 1000");
        _ = fleet.BeginConverge(service with { Readiness = Notify });
        Deadline.Until(() => File.Exists(folder["path"]), "the path of the socket");
        var path = File.ReadAllText(folder["path"]).Trim();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Dgram,
            System.Net.Sockets.ProtocolType.Unspecified);
        socket.Connect(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        for (var times = 0; times < 200; times++) socket.Send("READY=1"u8);
        fleet.Turn();
        fleet.Turn();

        Assert.Equal(WorkerState.Starting, fleet.Worker("web@0").State);
        fleet.StopAll();
        Assert.False(File.Exists(path));
    }

    private static ServiceSpec Python(string name, int workers, params string[] words) =>
        Given.Service(name, workers, ["python3", "-c", Sender, .. words]);
}
