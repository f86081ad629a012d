using System.Runtime.InteropServices;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// The built programs, which the tests run unchanged. The tests of packages have no such programs: each is looked for at its use.
/// </summary>
internal static class Artifacts
{
    public static string Daemon => Checkout.Built("bin/reuseportd");

    public static string Control => Checkout.Built("bin/reuseportctl");

    public static string Library => Checkout.Built("lib/libreuseport.so");

    /// <summary>The name that Debian has for the architecture of this machine.</summary>
    public static string Architecture =>
        RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";
}
