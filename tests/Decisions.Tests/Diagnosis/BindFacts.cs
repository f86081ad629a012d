using System.Net;
using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Decisions.Tests.Diagnosis;

/// <summary>The facts behind causes of failed binds: outcomes of binds, and holders of ports.</summary>
internal static class BindFacts
{
    public const int Port = 8080;

    public static readonly PortHolder Nginx = new(IsStream: true, IPAddress.Loopback, Port, Inode: 1, Uid: 33, Pid: 44, "nginx");

    public static readonly PreloadDiagnosis Static = new(PreloadReason.StaticallyLinked, "/bin/x");

    /// <summary>A worker waits for its port, <see cref="Port"/>.</summary>
    public static readonly StateReason Waits =
        new StateReason.WaitsForPorts(PortCoverage.None(Filter(Port)), TimeSpan.FromSeconds(30));

    public static BindOutcome Outcome(
        string result, bool matched, int port = Port, OptionSetting sharing = OptionSetting.Set, ulong inode = 7)
    {
        var socket = new SocketOutcome(
            3, inode, "inet", "stream", "127.0.0.1", port, matched, sharing, OptionSetting.System, null, null);
        return new BindOutcome(OutcomeKind.Bind, 100, socket, result, "");
    }

    public static PortFilter Filter(int port) => new([new PortRange(port, port)]);
}
