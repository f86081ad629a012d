using System.Globalization;
using Reuseportd.Model;

namespace Runtime.Tests.Harness;

/// <summary>Services that tests run, to be varied with <c>with</c>.</summary>
internal static class Given
{
    /// <summary>Each wait is a millisecond.</summary>
    public static readonly RestartPolicy AtOnce =
        RestartPolicy.Default with { Delay = TimeSpan.FromMilliseconds(1), Multiplier = 1, Jitter = 0 };

    public static readonly ReadinessSpec Running = new ReadinessSpec.Delay(TimeSpan.Zero, ReadinessSpec.DefaultTimeout);

    public static readonly UpdateSpec StopFirst =
        UpdateSpec.Default with { Order = UpdateOrder.StopFirst, MaxSurge = 0, MaxUnavailable = 1 };

    private static int _sockets;

    /// <summary>A loopback address and a free port.</summary>
    public static (string Address, int Port) Socket()
    {
        var pid = Environment.ProcessId;
        return (
            $"127.{64 + (pid >> 16 & 63)}.{pid >> 8 & 255}.{pid & 255}", 20_000 + Interlocked.Increment(ref _sockets) % 10_000);
    }

    /// <summary>Copies of a program that are ready as soon as they run.</summary>
    public static ServiceSpec Service(string name, int workers, params ReadOnlySpan<string> command)
    {
        var service = Specs.Service(name, workers).With(command);
        return service with
        {
            Readiness = Running,
            Restart = AtOnce,
            Process = service.Process with { Reuseport = service.Process.Reuseport with { Ports = PortFilter.Any } },
        };
    }

    /// <summary>Copies that share a socket, and are ready once they listen on it.</summary>
    /// <param name="protocol">Of the test program <c>binds</c>: tcp4, udp4 ...</param>
    public static ServiceSpec Server(string name, int workers, string protocol = "tcp4")
    {
        var (address, port) = Socket();
        return Listening(Service(
            name, workers, Checkout.Worker("binds"),
            string.Create(CultureInfo.InvariantCulture, $"{protocol},{address},{port}")), port);
    }

    /// <summary>The service, ready once it listens on these ports.</summary>
    public static ServiceSpec Listening(ServiceSpec service, params ReadOnlySpan<int> ports) => service with
    {
        Readiness = new ReadinessSpec.Bind(ReadinessSpec.DefaultTimeout),
        Process = service.Process with
        {
            Reuseport = service.Process.Reuseport with { Ports = Ports(ports) },
        },
    };

    /// <summary>Copies that only sleep.</summary>
    public static ServiceSpec Sleepers(string name, int workers) => Service(name, workers, "sleep", "infinity");

    /// <summary>Runs a line of shell.</summary>
    public static ServiceSpec Shell(string name, int workers, string line) =>
        Service(name, workers, "/bin/sh", "-c", Literally(line));

    public static ServiceSpec With(this ServiceSpec service, params ReadOnlySpan<string> command) =>
        service with { Process = service.Process with { Command = Templates(command) } };

    public static PortFilter Ports(params ReadOnlySpan<int> ports)
    {
        PortRange[] ranges = new PortRange[ports.Length];
        for (var index = 0; index < ports.Length; index++) ranges[index] = new PortRange(ports[index], ports[index]);
        return new PortFilter(new([.. ranges]));
    }

    private static ValueList<Template> Templates(ReadOnlySpan<string> words)
    {
        var templates = new Template[words.Length];
        for (var index = 0; index < words.Length; index++)
            templates[index] = Template.TryParse(words[index], out var error) ?? throw new ArgumentException(error);
        return new([.. templates]);
    }

    private static string Literally(string text) => text.Replace("{", "{{", StringComparison.Ordinal);
}
