using System.Globalization;

namespace EndToEnd.Tests.Harness;

/// <summary>Ports that need CAP_NET_BIND_SERVICE.</summary>
internal static class PrivilegedPorts
{
    /// <summary>Skips the test if any user may bind this port.</summary>
    public static void Require(int port)
    {
        var first = File.ReadAllText("/proc/sys/net/ipv4/ip_unprivileged_port_start").Trim();
        Assert.SkipUnless(int.Parse(first, CultureInfo.InvariantCulture) > port, "any user may bind any port here");
    }
}
