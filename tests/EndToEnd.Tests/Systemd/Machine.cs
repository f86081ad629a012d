using System.Diagnostics;
using System.Globalization;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>
/// A real systemd with journald, booted by systemd-nspawn over an overlay of this host's <c>/</c>, or of another system's, with
/// reuseportd installed by <c>make install</c>. It has a network of its own, so ports are free.
/// </summary>
public class Machine : IAsyncLifetime
{
    private readonly string? _lower;
    private readonly StringBuilder _errors = new();
    private Process? _script;
    private int _init;

    public Machine()
        : this("/")
    {
    }

    /// <param name="lower">The root of the files that the machine begins with; null if there is none.</param>
    private protected Machine(string? lower) => _lower = lower;

    /// <summary>The reason why no machine can start here; null if a machine runs.</summary>
    internal string? Obstacle { get; private set; }

    internal Journal Journal { get; private set; } = null!;

    /// <summary>Shell commands that run in the root of the machine before its boot: see <see cref="MachineScript"/>.</summary>
    private protected virtual string Preparation => MachineScript.Installation;

    private string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString().Trim();
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (_lower is null) Obstacle = "no system is named";
        else if (!Environment.IsPrivilegedProcess) Obstacle = "needs root";
        else if (Missing() is { } missing) Obstacle = $"{missing} is not installed";
        else if (await StartAsync() is { } nspawn && await FindInitAsync(nspawn) is { } init)
        {
            _init = init;
            // Fails until systemd answers, and returns at the end of the boot.
            await Deadline.UntilAsync(
                async () => (await RunAsync("systemctl", "is-system-running", "--wait")).Out.Trim() is "running" or "degraded",
                "the machine is up");
            Journal = new Journal(Start("journalctl", "--follow", "--lines=all", "--output=json", "--all"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_script is null) return;
        _script.StandardInput.Close();
        await _script.WaitForExitAsync().WaitAsync(Deadline.Patience);
        _script.Dispose();
        Journal?.Dispose();
    }

    /// <summary>A path inside, as it is reached from here.</summary>
    internal string Path(string inside) => $"/proc/{_init}/root{inside}";

    /// <summary>Runs a program inside, to its end.</summary>
    internal Task<Command> RunAsync(params string[] words) => Command.RunAsync("nsenter", Enter(words));

    /// <summary>Runs a program inside, which must succeed.</summary>
    /// <returns>The output.</returns>
    internal async Task<string> DoAsync(params string[] words)
    {
        var command = await RunAsync(words);
        Assert.True(command.Code == 0, $"{string.Join(' ', words)}: code {command.Code}: {command.Error}");
        return command.Out;
    }

    /// <summary>All processes inside that a worker has, or had, or left behind.</summary>
    internal MachineProcess[] Workers() => [.. MachineProcess.All(Path("/proc")).Where(process => process.Service is not null)];

    /// <summary>The arguments of nsenter(1) for a program of this host in the network of the machine.</summary>
    internal string[] EnterNetwork(params string[] words) =>
        ["--target", _init.ToString(CultureInfo.InvariantCulture), "--net", "--", .. words];

    private ProcessStartInfo Start(params string[] words) => Command.Start("nsenter", Enter(words));

    private string[] Enter(string[] words) => ["--target", _init.ToString(CultureInfo.InvariantCulture), "--all", "--", .. words];

    private static string? Missing() =>
        new[] { "systemd-nspawn", "nsenter", "unshare", "setpriv", "findmnt", "make", "curl" }.FirstOrDefault(
            name => !Programs.SearchPath.Split(':').Any(directory => File.Exists(System.IO.Path.Combine(directory, name))));

    /// <returns>The pid of systemd-nspawn; null if the host does not allow it.</returns>
    private async Task<int?> StartAsync()
    {
        _script = Process.Start(Command.Start(
            "unshare",
            ["--mount", "sh", "-c", MachineScript.Text(Preparation), "machine", Checkout.Folder, Checkout.Out, _lower!]))!;
        _script.ErrorDataReceived += (_, line) =>
        {
            lock (_errors) _errors.AppendLine(line.Data);
        };
        _script.BeginErrorReadLine();
        if (await _script.StandardOutput.ReadLineAsync().WaitAsync(Deadline.Patience) is { } line)
            return int.Parse(line, CultureInfo.InvariantCulture);

        await _script.WaitForExitAsync();
        Assert.True(
            _script.ExitCode == MachineScript.Impossible || Errors.StartsWith("unshare:", StringComparison.Ordinal), Errors);
        Obstacle = Errors;
        return null;
    }

    /// <summary>
    /// The child of systemd-nspawn that is process 1 in a namespace; null if nspawn ended before that.
    /// </summary>
    private async Task<int?> FindInitAsync(int nspawn)
    {
        int? init = null;
        await Deadline.UntilAsync(
            () =>
            {
                init = MachineProcess.Children(nspawn).Cast<int?>().FirstOrDefault(
                    pid => Processes.Status(pid!.Value, "NSpid") is { } pids && pids.EndsWith("\t1", StringComparison.Ordinal));
                return init is not null || !Processes.Runs(nspawn);
            },
            "systemd-nspawn has started a process 1");
        if (init is null) Obstacle = $"systemd-nspawn: {Errors}";
        return init;
    }
}
