using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// The daemon as a user runs it: its binary, its own configuration directory, a control socket, a log. All its processes have
/// a mark in their environment, so that leftovers are found at the end.
/// </summary>
internal sealed class Daemon : IAsyncDisposable
{
    private readonly string _mark = $"REUSEPORTD_TEST={Guid.NewGuid():N}";
    private readonly StringBuilder _errors = new();
    private Process? _process;
    private int? _pid;
    private bool _stopped;

    public TemporaryFolder Folder { get; } = new();

    public Site Site { get; } = new();

    public JsonLog Log { get; private set; } = new();

    /// <summary>Variables of the next start, in addition to those of <see cref="Command.Start"/>.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The binary that is started.</summary>
    public string Binary { get; set; } = Artifacts.Daemon;

    /// <summary>
    /// Words before the binary: a program that executes it with another user, limit or signal mask than the tests have.
    /// </summary>
    public string[] Wrapper { get; set; } = [];

    public string ControlSocket => Folder["control.sock"];

    public string Config => Folder["etc"];

    /// <summary>The argument of --config if it is not the full path.</summary>
    public string? ConfigWord { get; set; }

    public int Pid => Find is null ? _process!.Id : _pid ??= Find(_process!.Id);

    /// <summary>Finds the pid of the running daemon by that of a wrapper which does not become the daemon.</summary>
    public Func<int, int>? Find { get; set; }

    /// <summary>The arguments for the form of the log.</summary>
    public string[] LogForm { get; set; } = ["--log", "json"];

    /// <summary>All that the daemon wrote to stderr so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    /// <summary>Writes <c>services.d/NAME.yaml</c>, for the next start or reload.</summary>
    public string Configure(string yaml, string name = "test") => Folder.Write($"etc/services.d/{name}.yaml", yaml);

    /// <summary>Starts the daemon, and waits until every worker is ready or has failed.</summary>
    public async Task StartAsync(params string[] arguments)
    {
        Launch(arguments);
        await EventAsync("started");
    }

    /// <summary>Starts the daemon, without a wait.</summary>
    public void Launch(params string[] arguments)
    {
        Directory.CreateDirectory(Config);
        var variables = new Dictionary<string, string>(Environment)
        {
            [_mark[.._mark.IndexOf('=')]] = _mark[(_mark.IndexOf('=') + 1)..],
        };
        string[] all =
            [.. Wrapper, Binary, "--config", ConfigWord ?? Config, "--socket", ControlSocket, .. LogForm, .. arguments];
        _process = Process.Start(Command.Start(all[0], all[1..], variables))!;
        _process.StandardInput.Close();
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors) _errors.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
        Log.Read(_process.StandardOutput.BaseStream);
        _stopped = false;
    }

    /// <summary>The first event of that kind, of that worker, after <paramref name="after"/>.</summary>
    public Task<LogRecord> EventAsync(
        string kind, string? worker = null, LogRecord? after = null, Func<LogRecord, bool>? where = null) =>
        Log.WaitAsync(
            record => record.Event == kind && Fits(record, worker, after, where),
            $"{kind}{(worker is null ? "" : $" of {worker}")}{(after is null ? "" : $" behind record {after.Index}")}");

    /// <summary>The first line of a worker's own output with this beginning.</summary>
    public Task<LogRecord> LineAsync(string start, string? worker = null, LogRecord? after = null) =>
        Log.WaitAsync(
            record =>
                record.IsLine && record.Message.StartsWith(start, StringComparison.Ordinal) && Fits(record, worker, after, null),
            $"the line '{start}'{(worker is null ? "" : $" of {worker}")}");

    public LogRecord[] Events(string kind, string? worker = null) =>
        [.. Log.Records.Where(record => record.Event == kind && Fits(record, worker, null, null))];

    /// <summary>The process that was started last in a slot.</summary>
    public int PidOf(string worker) => Events("spawn", worker)[^1].Pid;

    public void Signal(int signal) => Processes.Signal(Pid, signal);

    public Task<Command> ControlAsync(params string[] arguments) =>
        Command.RunAsync(Artifacts.Control, [.. arguments, "--socket", ControlSocket]);

    /// <summary>A command that waits for slow servers one after another.</summary>
    public Task<Command> LongControlAsync(params string[] arguments) =>
        Command.RunAsync(
            Artifacts.Control, [.. arguments, "--socket", ControlSocket], patience: 4 * Deadline.Patience);

    /// <summary>The answer of <c>reuseportctl</c> as JSON.</summary>
    public async Task<JsonNode> JsonAsync(params string[] arguments) =>
        JsonNode.Parse((await ControlAsync([.. arguments, "-o", "json"])).Out)!;

    /// <summary>True if connections or datagrams were steered to a worker of these.</summary>
    /// <param name="name">A service or a worker.</param>
    public async Task<bool> IsGivenAnyAsync(string name) =>
        (await JsonAsync("status", name))["workers"]!.AsArray().Any(worker => (long?)worker!["given"] > 0);

    /// <summary>Runs <c>reuseportctl apply</c>, and waits until the log has all records from before its answer.</summary>
    public async Task<Command> ApplyAsync()
    {
        var before = Log.Records[^1];
        var apply = await ControlAsync("apply");
        await EventAsync(apply.Code == 0 ? "reload" : "reload_failed", after: before);
        return apply;
    }

    /// <summary>An HTTP client of the control socket.</summary>
    public HttpClient Api() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, _) => new NetworkStream(await ConnectAsync(), ownsSocket: true),
    }) { BaseAddress = new Uri("http://localhost") };

    /// <summary>
    /// Tries again while the backlog is full (EAGAIN, unix(7)), as reuseportctl does.
    /// </summary>
    public async Task<Socket> ConnectAsync()
    {
        Socket? connected = null;
        await Deadline.UntilAsync(
            async () =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(ControlSocket));
                    connected = socket;
                    return true;
                }
                catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock)
                {
                    socket.Dispose();
                    return false;
                }
            },
            "the daemon accepts");
        return connected!;
    }

    /// <summary>Sends SIGTERM and waits for the end of the daemon. None of its processes is left.</summary>
    public async Task StopAsync()
    {
        _stopped = true;
        Signal(Processes.Terminate);
        await ExitAsync();
        Assert.Equal(0, _process!.ExitCode);
        Assert.Null(Log.Broken);
        // An event without a kind comes from a .NET library, and means that something is wrong.
        Assert.DoesNotContain(
            Log.Records,
            record => record.Event is null && !record.IsLine
                && !record.Message.StartsWith("Hosting failed to start", StringComparison.Ordinal));
        Assert.Empty(Processes.Marked(_mark));
        Assert.Empty(Listeners.On(Site.Port));
    }

    /// <summary>Stops the daemon, and starts it with an empty log.</summary>
    public async Task StopAndStartAsync()
    {
        await StopAsync();
        Log = new JsonLog();
        await StartAsync();
    }

    /// <summary>Waits for the end of the daemon, and for all that it wrote.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await _process!.WaitForExitAsync().WaitAsync(Deadline.Patience);
        await Log.Ended.WaitAsync(Deadline.Patience);
        return _process.ExitCode;
    }

    /// <summary>Sends SIGKILL, as the kernel does without free memory. Waits for the end of all its processes.</summary>
    public async Task DieAsync()
    {
        _stopped = true;
        Signal(Processes.Kill);
        await ExitAsync();
        await Deadline.UntilAsync(() => Processes.Marked(_mark).Length == 0, "the workers of a daemon that was killed end");
        // A process gives its memory back, and with it the mark, before it closes its sockets.
        await Deadline.UntilAsync(() => Listeners.On(Site.Port).Length == 0, "their sockets are closed");
        Log = new JsonLog();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_process is { HasExited: false } && !_stopped) await StopAsync();
        }
        finally
        {
            if (_process is { HasExited: false }) _process.Kill();
            Processes.KillAll(Processes.Marked(_mark));
            _process?.Dispose();
            Site.Dispose();
            Folder.Dispose();
        }
    }

    private static bool Fits(LogRecord record, string? worker, LogRecord? after, Func<LogRecord, bool>? where) =>
        (worker is null || record.Worker == worker) && record.Index > (after?.Index ?? -1) && where?.Invoke(record) != false;
}
