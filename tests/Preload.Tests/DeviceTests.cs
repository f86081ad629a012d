namespace Preload.Tests;

/// <summary>SO_BINDTODEVICE: matching sockets are confined to an interface, or are not bound at all.</summary>
public class DeviceTests
{
    private readonly string _address = Loopback.Next();

    /// <summary>With and without a variable that makes a bind take the long path.</summary>
    public static TheoryData<string> Ways => ["", "LIBREUSEPORT_DEBUG=1", "LIBREUSEPORT_ADDR=127.0.0.0/8"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Bind_MatchingSocket_IsBoundToTheDevice(string way) =>
        Probe.Run($"{way} SO_BINDTODEVICE=lo", $"socket inet stream bind {_address} 8080 get device get reuseport")
            .Answers("bind=ok", "device=lo", "reuseport=1");

    [Theory]
    [MemberData(nameof(Ways))]
    public void Bind_SocketThatDoesNotMatch_KeepsItsDevice(string way)
    {
        Probe.Run($"{way} SO_BINDTODEVICE=lo LIBREUSEPORT_PORT=8081", $"socket inet stream bind {_address} 8080 get device")
            .Answers("bind=ok", "device=");
        Probe.Run(
                $"{way} SO_BINDTODEVICE=nodevice0 LIBREUSEPORT_PORT=8081",
                $"socket inet stream bind {_address} 8082 get device")
            .Answers("bind=ok", "device=");
        Probe.Run($"{way} SO_BINDTODEVICE=nodevice0", $"socket inet stream bind {_address} 0").Answers("bind=ok");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Bind_NoSuchDevice_Fails(string way) =>
        Probe.Run($"{way} SO_BINDTODEVICE=nodevice0", $"socket inet stream bind {_address} 8080 get reuseport get port")
            .Answers("bind=ENODEV", "reuseport=0", "port=0");

    /// <summary>The kernel would cut such a name off, and might then find another interface.</summary>
    [Theory]
    [InlineData("lo34567890123456")]
    [InlineData("a/b")]
    [InlineData("lo:1")]
    [InlineData("a b")]
    [InlineData(" ")]
    public void Bind_DeviceThatCannotBeRead_Fails(string device)
    {
        foreach (var way in Ways.Select(row => row.Data))
        {
            var run = Probe.Run(
                new(Probe.Parse(way)) { ["SO_BINDTODEVICE"] = device },
                $"socket inet stream bind {_address} 8080 get device".Split(' '));
            run.Answers("bind=ENODEV", "device=");
            Assert.Equal($"libreuseport:SO_BINDTODEVICE:not the name of an interface: {device}", run.Lines[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Bind_ThatFails_GoesBackToNoDevice(string way)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the kernel lets only the privileged take an interface away again");
        Probe.Run($"{way} SO_BINDTODEVICE=lo", "socket inet stream bind 192.0.2.1 8080 get device get reuseport")
            .Answers("bind=EADDRNOTAVAIL", "device=", "reuseport=0");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Bind_DeviceThatTheSocketHas_IsNotSetAgain(string way) =>
        Probe.Run($"{way} SO_BINDTODEVICE=lo", $"socket inet stream set device lo bind {_address} 8080 get device")
            .Answers("bind=ok", "device=lo");

    [Fact]
    public void Bind_EmptyDevice_IsNone() =>
        Probe.Run("SO_BINDTODEVICE=", $"socket inet stream bind {_address} 8080 get device")
            .Answers("bind=ok", "device=").Silent();
}
