using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Linux.Tests.Interop;

/// <summary>
/// The numbers and layouts that the daemon has in C# are those of the C headers of each architecture. The compiler writes the
/// values into its assembly, so no program of another architecture runs.
/// </summary>
public sealed partial class KernelNumbersTests
{
    private const string Headers = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <grp.h>
        #include <poll.h>
        #include <pwd.h>
        #include <sched.h>
        #include <signal.h>
        #include <stddef.h>
        #include <linux/bpf.h>
        #include <linux/capability.h>
        #include <linux/inet_diag.h>
        #include <linux/netlink.h>
        #include <linux/seccomp.h>
        #include <sys/epoll.h>
        #include <sys/eventfd.h>
        #include <sys/file.h>
        #include <sys/ioctl.h>
        #include <sys/mman.h>
        #include <sys/prctl.h>
        #include <sys/resource.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/statvfs.h>
        #include <sys/syscall.h>
        #include <sys/wait.h>
        #include <unistd.h>
        #include "guard.h"
        #include "sharding.h"
        #include "spawn.h"
        #include "steering.h"
        #include "steering_maps.h"

        #define SAY(name, value) __asm__("\n.ascii \"=" name " %0 \"\n" :: "i"((long)(value)))
        """;

    /// <summary>The compilers of Debian that are installed. <c>make test-arm64</c> installs that of arm64.</summary>
    public static TheoryData<string> Compilers =>
        [.. new[] { "x86_64-linux-gnu-gcc", "aarch64-linux-gnu-gcc" }.Where(HasProgram)];

    [Theory]
    [MemberData(nameof(Compilers))]
    public async Task Numbers_EachArchitecture_AreThoseOfTheHeaders(string compiler)
    {
        var numbers = compiler.StartsWith("aarch64", StringComparison.Ordinal) ? MachineNumbers.Arm64 : MachineNumbers.X64;
        var expected = Different(numbers).Concat(KernelNumbers.Calls).Concat(KernelNumbers.Flags).Concat(KernelNumbers.Layouts)
            .OrderBy(row => row.Name, StringComparer.Ordinal).ToArray();

        Assert.Equal(expected, await CompileAsync(compiler, [.. expected.Select(row => row.Name)]));
    }

    private static (string Name, long Value)[] Different(MachineNumbers numbers) =>
    [
        ("O_DIRECTORY", numbers.OpenDirectory),
        ("O_NOFOLLOW", numbers.OpenNoFollow),
        ("offsetof(struct epoll_event, data)", numbers.EpollToken),
        ("sizeof(struct epoll_event)", numbers.EpollToken + sizeof(ulong)),
        ("SYS_bind", numbers.Bind),
        ("SYS_listen", numbers.Listen),
        ("SYS_seccomp", numbers.Seccomp),
        ("SYS_capget", numbers.GetCapabilities),
        ("SYS_capset", numbers.SetCapabilities),
    ];

    private static async Task<(string Name, long Value)[]> CompileAsync(string compiler, string[] names)
    {
        using var folder = new TemporaryFolder();
        var said = names.Select(name => $"    SAY(\"{name}\", {name});\n");
        folder.Write("numbers.c", $"{Headers}\nvoid say(void)\n{{\n{string.Concat(said)}}}\n");
        var native = Directory.GetDirectories(Checkout.At("src/Supervisor/Native")).Select(room => $"-I{room}");
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(
                compiler, [.. native, "-std=c11", "-S", "-o", folder["numbers.s"], folder["numbers.c"]])
            {
                RedirectStandardError = true,
            })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
        var text = await File.ReadAllTextAsync(folder["numbers.s"], Encoding.ASCII);
        return
        [
            .. Said().Matches(text).Select(match => (Name: match.Groups[1].Value, Number(match)))
                .OrderBy(row => row.Name, StringComparer.Ordinal),
        ];
    }

    private static long Number(Match match) => long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);

    private static bool HasProgram(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(directory => File.Exists(Path.Combine(directory, name)));

    [GeneratedRegex("""\.ascii "=(.+) [$#]?(-?[0-9]+) ["]""")]
    private static partial Regex Said();
}
