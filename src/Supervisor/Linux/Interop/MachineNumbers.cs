using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

/// <summary>
/// Numbers of the kernel's interface that differ between architectures. All other numbers and layouts of this folder are the
/// same on 64-bit x86 and ARM.
/// </summary>
internal sealed record MachineNumbers
{
    public static readonly MachineNumbers X64 = new()
    {
        OpenDirectory = 0x10000, OpenNoFollow = 0x20000, EpollToken = 4,
        Bind = 49, Listen = 50, Seccomp = 317, GetCapabilities = 125, SetCapabilities = 126,
    };

    public static readonly MachineNumbers Arm64 = new()
    {
        OpenDirectory = 0x4000, OpenNoFollow = 0x8000, EpollToken = 8,
        Bind = 200, Listen = 201, Seccomp = 277, GetCapabilities = 90, SetCapabilities = 91,
    };

    /// <summary>Of the architecture that this process runs on.</summary>
    public static readonly MachineNumbers Own = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Arm64 : X64;

    /// <summary>O_DIRECTORY of open(2).</summary>
    public required int OpenDirectory { get; init; }

    /// <summary>O_NOFOLLOW of open(2).</summary>
    public required int OpenNoFollow { get; init; }

    /// <summary>
    /// The offset of <c>data</c> in <c>struct epoll_event</c>. The structure is packed on x86-64, where it has the layout of
    /// 32-bit x86.
    /// </summary>
    public required int EpollToken { get; init; }

    /// <summary>The number of bind(2).</summary>
    public required int Bind { get; init; }

    /// <summary>The number of listen(2).</summary>
    public required int Listen { get; init; }

    /// <summary>The number of seccomp(2).</summary>
    public required int Seccomp { get; init; }

    /// <summary>The number of capget(2).</summary>
    public required int GetCapabilities { get; init; }

    /// <summary>The number of capset(2).</summary>
    public required int SetCapabilities { get; init; }
}
