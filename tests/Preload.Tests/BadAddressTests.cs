using static System.StringComparison;

namespace Preload.Tests;

/// <summary>
/// Addresses that the kernel refuses. The library must leave the refusal to the kernel, and not end the program.
/// </summary>
public class BadAddressTests
{
    /// <summary>A case for each path through the hook.</summary>
    public static TheoryData<string> Environments =>
        ["", "LIBREUSEPORT_DEBUG=1", "LIBREUSEPORT_ADDR=127.0.0.1", "LIBREUSEPORT_PORT=80,8080", "SO_BINDTODEVICE=lo"];

    [Theory]
    [MemberData(nameof(Environments))]
    public void Bind_NullAddress_IsEFAULT(string environment) =>
        Probe.Run(environment, "socket inet stream bind-null get reuseport").Answers("bind=EFAULT", "reuseport=0");

    [Theory]
    [MemberData(nameof(Environments))]
    public void Bind_WildAddress_IsEFAULT(string environment) =>
        Probe.Run(environment, "socket inet stream bind-wild get reuseport").Answers("bind=EFAULT", "reuseport=0");

    [Theory]
    [MemberData(nameof(Environments))]
    public void Bind_AddressRunsOverItsMapping_IsEFAULT(string environment) =>
        Probe.Run(environment, "socket inet6 stream bind-over-end ::1 8080 get reuseport").Answers("bind=EFAULT", "reuseport=0");

    [Theory]
    [MemberData(nameof(Environments))]
    public void Bind_AddressEndsWithItsMapping_IsRead(string environment)
    {
        var address = Loopback.Next();
        environment = environment.Replace("127.0.0.1", address, Ordinal);
        Probe.Run(environment, $"socket inet stream bind-at-end {address} 8080 get reuseport")
            .Answers("bind=ok", "reuseport=1");
    }

    [Theory]
    [InlineData("inet", "127.0.0.1", 0, "EINVAL")]
    [InlineData("inet", "127.0.0.1", 1, "EINVAL")]
    [InlineData("inet", "127.0.0.1", 15, "EINVAL")]
    [InlineData("inet", "127.0.0.1", 129, "EINVAL")]
    [InlineData("inet", "127.0.0.1", 4294967295, "EINVAL")]
    [InlineData("inet6", "::1", 16, "EINVAL")]
    [InlineData("inet6", "::1", 23, "EINVAL")]
    public void Bind_WrongLength_IsRefusedByTheKernel(string family, string address, long length, string expected)
    {
        foreach (var debug in new[] { "", "LIBREUSEPORT_DEBUG=1" })
        {
            var run = Probe.Run(debug, $"socket {family} stream bind-length {length} {address} 8080 get reuseport")
                .Answers($"bind={expected}", "reuseport=0");
            Assert.Empty(run.LinesOf("bind"));
        }
    }

    [Theory]
    [InlineData("inet", 16)]
    [InlineData("inet", 28)]
    [InlineData("inet", 128)]
    [InlineData("inet6", 24)]
    [InlineData("inet6", 128)]
    public void Bind_UnusualLengthThatTheKernelTakes_IsShared(string family, int length)
    {
        var (address, port) = family == "inet" ? (Loopback.Next(), 8080) : ("::1", Loopback.NextPort());
        Probe.Run("", $"socket {family} stream bind-length {length} {address} {port} get reuseport")
            .Answers("bind=ok", "reuseport=1");
    }

    /// <summary>A sandbox may refuse the system call that checks the memory; valid addresses still work.</summary>
    [Fact]
    public void Bind_ProbeRefusedBySeccomp_StillShares() =>
        Probe.Run("", $"socket inet stream refuse epoll_ctl 1 bind {Loopback.Next()} 8080 get reuseport")
            .Answers("bind=ok", "reuseport=1");
}
