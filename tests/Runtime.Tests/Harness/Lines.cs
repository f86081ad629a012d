using System.Globalization;

namespace Runtime.Tests.Harness;

/// <summary>
/// Lines of the preload library, for shells that imitate the library. In double quotes, <c>$$</c> becomes the shell's pid.
/// </summary>
internal static class Lines
{
    public static string Listen(int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"libreuseport:listen:pid=$$ fd=3 inode=7 family=inet type=stream addr=127.0.0.1 port={port} matched=1 "
        + $"backlog=128 result=ok");

    /// <summary>Of a socket that is not sharded.</summary>
    public static string Bind(int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"libreuseport:bind:pid=$$ fd=3 inode=7 family=inet type=stream addr=127.0.0.1 port={port} matched=0 "
        + $"reuseport=1 reuseaddr=-1 device=- result=ok");
}
