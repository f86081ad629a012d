using System.Runtime.InteropServices;

namespace EndToEnd.Tests.Harness;

/// <summary>The built programs, which the tests run unchanged.</summary>
internal static class Artifacts
{
    public static string Daemon { get; } = Checkout.Built("bin/reuseportd");

    public static string Control { get; } = Checkout.Built("bin/reuseportctl");

    public static string Library { get; } = Checkout.Built("lib/libreuseport.so");

    /// <summary>The name that Debian has for the architecture of this machine.</summary>
    public static string Architecture { get; } =
        RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";
}
