namespace EndToEnd.Tests.Harness;

/// <summary>The built programs, which the tests run unchanged.</summary>
internal static class Artifacts
{
    public static string Daemon { get; } = Checkout.Built("bin/reuseportd");

    public static string Control { get; } = Checkout.Built("bin/reuseportctl");

    public static string Library { get; } = Checkout.Built("lib/libreuseport.so");
}
