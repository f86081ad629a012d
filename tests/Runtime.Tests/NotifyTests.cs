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

    /// <summary>
    /// The last close of a connection with SO_LINGER and unsent data waits. The sender has closed its own descriptor.
    /// </summary>
    [Fact]
    public void Notify_DescriptorWhoseCloseWaits_OthersAreReplaced()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        folder.Write(
            "send.py",
            """
            import os, socket, struct, sys, time
            server = socket.create_server(('127.0.0.1', 0))
            lingers = socket.create_connection(server.getsockname())
            peer, _ = server.accept()
            lingers.setblocking(False)
            try:
                while True: lingers.send(bytes(65536))
            except BlockingIOError: pass
            lingers.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 3600))
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.connect(os.environ['NOTIFY_SOCKET'])
            while not os.path.exists(sys.argv[1]): time.sleep(0.002)
            socket.send_fds(s, [b'STATUS=lingers'], [lingers.fileno()])
            lingers.close()
            s.send(b'READY=1')
            open(sys.argv[2], 'w').close()
            while not os.path.exists(sys.argv[3]): time.sleep(0.002)
            peer.close()
            time.sleep(1000)
            """);
        var service = Given.Shell("web", 1, $"exec python3 {folder["send.py"]} {folder["send"]} {folder["sent"]} {folder["go"]}");
        var starting = fleet.BeginConverge(
            service with { Readiness = Notify }, Given.Service("other", 1, ["sleep", "1000"]));
        fleet.Log.Take("spawn", 2);
        // The daemon takes the datagram after the sender has closed its own descriptor.
        fleet.Mailbox.Post(new Message.Ping(() =>
        {
            folder.Write("send", "");
            SpinWait.SpinUntil(() => File.Exists(folder["sent"]), Deadline.Patience);
        }));
        fleet.Turn();
        Assert.True(File.Exists(folder["sent"]));
        Supervised.Send(fleet.Worker("other@0").Pid!.Value, new Signal(9));

        fleet.Log.Take("exit", "other@0");
        fleet.Log.Take("spawn", "other@0");
        Assert.Equal(WorkerState.Starting, fleet.Worker("web@0").State);
        folder.Write("go", "");
        Assert.Equal(2, Deadline.Await(starting, "readiness").Counts.Ready);
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
