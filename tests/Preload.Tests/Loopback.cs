namespace Preload.Tests;

/// <summary>Addresses of the loopback net that no other test, here or in another run beside this one, binds to.</summary>
internal static class Loopback
{
    private static int _next = Environment.ProcessId * 1000;

    public static string Next()
    {
        var number = Interlocked.Increment(ref _next);
        return $"127.{64 + ((number >> 16) & 0x7F)}.{(number >> 8) & 0xFF}.{number & 0xFF}";
    }

    /// <summary>A port outside the range that the kernel hands out, for ::1, of which there is only one.</summary>
    public static int NextPort() => 10_000 + (Interlocked.Increment(ref _next) % 20_000);
}
