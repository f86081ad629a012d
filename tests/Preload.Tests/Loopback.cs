namespace Preload.Tests;

/// <summary>Addresses of the loopback network that no other test binds, in this run or a concurrent run.</summary>
internal static class Loopback
{
    private static int _next = Environment.ProcessId * 1000;

    public static string Next()
    {
        var number = Interlocked.Increment(ref _next);
        return $"127.{64 + ((number >> 16) & 0x7F)}.{(number >> 8) & 0xFF}.{number & 0xFF}";
    }

    /// <summary>A port outside of the kernel's ephemeral range, for ::1, as IPv6 has only one loopback address.</summary>
    public static int NextPort() => 10_000 + (Interlocked.Increment(ref _next) % 20_000);
}
