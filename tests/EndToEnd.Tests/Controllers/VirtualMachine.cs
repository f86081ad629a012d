using System.Diagnostics;
using System.Globalization;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Controllers;

/// <summary>
/// A small machine with a kernel of its own, which binds the controllers cpu, memory and pids to cgroup v2. A host or container
/// that binds them to v1, or delegates none, cannot test them. The machine has no disk and no network. Without KVM its processor
/// is emulated.
/// </summary>
public class VirtualMachine : IAsyncLifetime
{
    /// <summary>
    /// Runs its other arguments as a program with the same input, and kills the program at the end of the input. So the machine
    /// ends at any end of the tests. Only the machine holds the output, so the tests see its end.
    /// </summary>
    private const string Wrapper = """mkfifo "$0" && { "$@" < "$0" & exec >&-; cat > "$0"; kill -KILL $!; wait; }""";

    private static readonly TimeSpan KvmPatience = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan EmulationPatience = TimeSpan.FromMinutes(4);

    private readonly Guest? _guest;
    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _errors = new();
    private Process? _process;

    /// <summary>The read of a line that did not come in time.</summary>
    private Task<string?>? _reading;

    /// <summary>The part of an answer that was read.</summary>
    private string _answer = "";
    private int _unanswered;

    public VirtualMachine()
        : this(Guest.Read(Path.Combine(Checkout.Out, "kernel")))
    {
    }

    /// <param name="guest">Null if there is none.</param>
    private protected VirtualMachine(Guest? guest) => _guest = guest;

    /// <summary>The reason why no machine can start here; null if a machine runs.</summary>
    internal string? Obstacle { get; private set; }

    private string Image => _folder["root"];

    private string Console => _folder["console"];

    public async ValueTask InitializeAsync()
    {
        Obstacle = _guest is null ? "no guest is named" : ObstacleTo(_guest);
        if (Obstacle is not null) return;
        await new RootImage(_guest!).WriteAsync(Image);
        // In some virtual machines /dev/kvm exists, but does not work.
        foreach (var accelerator in _guest!.Accelerators)
        {
            if (await TryStartAsync(_guest, accelerator)) return;
            await EndAsync();
        }

        throw new InvalidOperationException($"the virtual machine does not start:\n{await SaidAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await EndAsync();
        _folder.Dispose();
    }

    /// <summary>Runs a script for sh(1) inside, to its end.</summary>
    internal async Task<Command> RunAsync(string script)
    {
        await _process!.StandardInput.WriteLineAsync(InitScript.Line(script));
        // On a busy host, the answer to an earlier command can come too late for its test.
        for (_unanswered++; _unanswered > 1; _unanswered--) await ReadAnswerAsync();
        var answer = await ReadAnswerAsync();
        _unanswered = 0;
        return answer;
    }

    /// <summary>Runs a script inside, which must succeed.</summary>
    /// <returns>The output.</returns>
    internal async Task<string> DoAsync(string script)
    {
        var command = await RunAsync(script);
        Assert.True(command.Code == 0, $"{script}: code {command.Code}: {command.Error}");
        return command.Out;
    }

    private static string? ObstacleTo(Guest guest)
    {
        if (!Programs.SearchPath.Split(':').Any(directory => File.Exists(Path.Combine(directory, guest.Emulator))))
            return $"{guest.Emulator} is not installed";
        if (!File.Exists(guest.Kernel)) return $"there is no {guest.Kernel}, which build-aux/guest gets";
        return new RootImage(guest).Missing() is { } missing ? $"{missing} is not installed" : null;
    }

    /// <returns>True if the machine accepts commands.</returns>
    private async Task<bool> TryStartAsync(Guest guest, string accelerator)
    {
        string[] words =
        [
            guest.Emulator, "-nodefaults", "-no-user-config", "-accel", accelerator, "-smp", "2", "-m", "512M",
            "-display", "none", "-no-reboot",
            .. guest.Hardware.Select(word => word.Replace("{console}", Console, StringComparison.Ordinal)),
            // On a busy host the kernel's check of an emulated timer fails, and the kernel stops.
            "-kernel", guest.Kernel, "-initrd", Image, "-append", $"console={guest.Console} quiet panic=-1 no_timer_check",
        ];
        _process = Process.Start(Command.Start("sh", ["-c", Wrapper, _folder[$"commands-{accelerator}"], .. words]))!;
        _process.StandardInput.AutoFlush = true;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors) _errors.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
        var patience = accelerator == "kvm" ? KvmPatience : EmulationPatience;
        // The firmware writes text before this line.
        while (await ReadLineAsync(patience) is { } line)
            if (line == InitScript.Ready) return true;
        return false;
    }

    private async Task<Command> ReadAnswerAsync()
    {
        string[] parts;
        do
        {
            _answer += await ReadLineAsync(Deadline.Patience) ?? throw new InvalidOperationException(
                $"the virtual machine has ended, or does not answer:\n{await SaidAsync()}");
            parts = _answer.Split(InitScript.End);
            _answer += '\n';
        }
        while (parts.Length < 3);
        _answer = "";
        return new Command(int.Parse(parts[2], CultureInfo.InvariantCulture), parts[0], parts[1]);
    }

    private async Task EndAsync()
    {
        if (_process is null) return;
        _reading = null;
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Deadline.Patience);
        _process.Dispose();
        _process = null;
    }

    /// <returns>Null if no line comes in that time, or the machine has ended.</returns>
    private async Task<string?> ReadLineAsync(TimeSpan patience)
    {
        try
        {
            // A line that comes too late is the result of the next call.
            _reading ??= _process!.StandardOutput.ReadLineAsync();
            var line = await _reading.WaitAsync(patience);
            _reading = null;
            return line;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Errors of qemu and messages of the kernel.</summary>
    private async Task<string> SaidAsync()
    {
        string errors;
        lock (_errors) errors = _errors.ToString();
        return errors + (File.Exists(Console) ? await File.ReadAllTextAsync(Console) : "");
    }
}
