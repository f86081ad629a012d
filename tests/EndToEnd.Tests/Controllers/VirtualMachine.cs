using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Controllers;

/// <summary>
/// A small machine with a kernel of its own, which binds the controllers cpu, memory and pids to cgroup v2. A host or container
/// that binds them to v1, or delegates none, cannot test them. The machine has no disk and no network. Without KVM its processor
/// is emulated.
/// </summary>
public sealed class VirtualMachine : IAsyncLifetime
{
    private const string Emulator = "qemu-system-x86_64";

    /// <summary>
    /// Runs its other arguments as a program with the same input, and kills the program at the end of the input. So the machine
    /// ends at any end of the tests. Only the machine holds the output, so the tests see its end.
    /// </summary>
    private const string Wrapper = """mkfifo "$0" && { "$@" < "$0" & exec >&-; cat > "$0"; kill -KILL $!; wait; }""";

    private static readonly TimeSpan KvmPatience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan EmulationPatience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _errors = new();
    private Process? _process;

    /// <summary>The reason why no machine can start here; null if a machine runs.</summary>
    internal string? Obstacle { get; private set; }

    private static string Kernel => Path.Combine(Checkout.Out, "kernel/vmlinuz");

    private string Image => _folder["root"];

    private string Console => _folder["console"];

    public async ValueTask InitializeAsync()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64) Obstacle = "only for x86-64";
        else if (!Programs.SearchPath.Split(':').Any(directory => File.Exists(Path.Combine(directory, Emulator))))
            Obstacle = $"{Emulator} is not installed";
        else if (!File.Exists(Kernel)) Obstacle = $"there is no {Kernel}, which build-aux/virtual-machine gets";
        else if (RootImage.Missing() is { } missing) Obstacle = $"{missing} is not installed";
        else
        {
            await RootImage.WriteAsync(Image);
            // In some virtual machines /dev/kvm exists, but does not work.
            if (await TryStartAsync("kvm", KvmPatience)) return;
            await EndAsync();
            if (!await TryStartAsync("tcg", EmulationPatience))
                throw new InvalidOperationException($"the virtual machine does not start:\n{await SaidAsync()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _folder.Dispose();
    }

    /// <summary>Runs a script for sh(1) inside, to its end.</summary>
    internal async Task<Command> RunAsync(string script)
    {
        await _process!.StandardInput.WriteLineAsync(InitScript.Line(script));
        var answer = "";
        string[] parts;
        do
        {
            answer += await ReadLineAsync(Deadline.Patience) ?? throw new InvalidOperationException(
                $"the virtual machine has ended, or does not answer:\n{await SaidAsync()}");
            parts = answer.Split(InitScript.End);
            answer += '\n';
        }
        while (parts.Length < 3);
        return new Command(int.Parse(parts[2], CultureInfo.InvariantCulture), parts[0], parts[1]);
    }

    /// <summary>Runs a script inside, which must succeed.</summary>
    /// <returns>The output.</returns>
    internal async Task<string> DoAsync(string script)
    {
        var command = await RunAsync(script);
        Assert.True(command.Code == 0, $"{script}: code {command.Code}: {command.Error}");
        return command.Out;
    }

    /// <returns>True if the machine accepts commands.</returns>
    private async Task<bool> TryStartAsync(string accelerator, TimeSpan patience)
    {
        string[] words =
        [
            Emulator, "-nodefaults", "-no-user-config", "-accel", accelerator, "-cpu", "max", "-smp", "2", "-m", "512M",
            "-display", "none", "-serial", "stdio", "-serial", $"file:{Console}", "-no-reboot",
            "-kernel", Kernel, "-initrd", Image, "-append", "console=ttyS1 quiet panic=-1",
        ];
        _process = Process.Start(Command.Start("sh", ["-c", Wrapper, _folder[$"commands-{accelerator}"], .. words]))!;
        _process.StandardInput.AutoFlush = true;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors) _errors.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
        // The firmware writes text before this line.
        while (await ReadLineAsync(patience) is { } line)
            if (line == InitScript.Ready) return true;
        return false;
    }

    private async Task EndAsync()
    {
        if (_process is null) return;
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
            return await _process!.StandardOutput.ReadLineAsync().WaitAsync(patience);
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
