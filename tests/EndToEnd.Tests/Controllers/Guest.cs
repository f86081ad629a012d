using System.Runtime.InteropServices;

namespace EndToEnd.Tests.Controllers;

/// <summary>The kernel, the hardware and the programs of a <see cref="VirtualMachine"/>.</summary>
internal sealed record Guest
{
    /// <summary>The program that runs the machine.</summary>
    public required string Emulator { get; init; }

    /// <summary>
    /// Arguments of the emulator: the first serial port of the machine (<c>/dev/ttyS0</c>) takes commands, and
    /// <see cref="Console"/> is another one.
    /// </summary>
    public required string[] Hardware { get; init; }

    /// <summary>The serial port that the kernel writes to.</summary>
    public required string Console { get; init; }

    /// <summary>The path of the kernel.</summary>
    public required string Kernel { get; init; }

    /// <summary>The paths of modules, in the order in which they are loaded.</summary>
    public required string[] Modules { get; init; }

    /// <summary>The build of reuseportd and of the test workers for this machine.</summary>
    public required string Out { get; init; }

    /// <summary>
    /// A folder with unpacked packages that has busybox for the machine; null if the machine takes the programs of this host.
    /// </summary>
    public string? Root { get; init; }

    /// <summary>Folders of this host with libraries for the programs in <see cref="Root"/>.</summary>
    public string[] LibraryFolders { get; init; } = [];

    /// <summary>Accelerators of qemu, in the order of the attempts.</summary>
    public required string[] Accelerators { get; init; }

    /// <param name="folder">Written by build-aux/guest.</param>
    public static Guest Read(string folder)
    {
        var modules = Path.Combine(folder, "modules");
        return (IsArm(folder) ? Arm(folder) : X64()) with
        {
            Kernel = Path.Combine(folder, "vmlinuz"),
            Modules = Directory.Exists(modules) ? [.. Directory.GetFiles(modules).Order(StringComparer.Ordinal)] : [],
        };
    }

    /// <summary>True for a machine with an arm64 processor.</summary>
    public static bool IsArm(string folder)
    {
        var file = Path.Combine(folder, "architecture");
        return File.Exists(file) && File.ReadAllText(file).Trim() == "arm64";
    }

    private static Guest X64() => new()
    {
        Emulator = "qemu-system-x86_64",
        Hardware = ["-cpu", "max", "-serial", "stdio", "-serial", "file:{console}"],
        Console = "ttyS1",
        Kernel = "",
        Modules = [],
        Out = Checkout.Out,
        Accelerators = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? ["kvm", "tcg"] : ["tcg"],
    };

    /// <summary>The signatures of pointers that a processor of the type "max" has are slow to emulate.</summary>
    private static Guest Arm(string folder) => new()
    {
        Emulator = "qemu-system-aarch64",
        Hardware =
        [
            "-machine", "virt", "-cpu", "max,pauth-impdef=on", "-serial", "file:{console}",
            "-chardev", "stdio,id=commands", "-device", "pci-serial,chardev=commands",
        ],
        Console = "ttyAMA0",
        Kernel = "",
        Modules = [],
        Out = Path.Combine(Checkout.Out, "arm64"),
        Root = Path.Combine(folder, "root"),
        LibraryFolders = [Path.Combine(folder, "root/usr/lib/aarch64-linux-gnu"), "/usr/aarch64-linux-gnu/lib"],
        Accelerators = ["tcg"],
    };
}
