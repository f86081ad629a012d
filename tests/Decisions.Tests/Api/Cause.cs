using System.Net;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Api;

/// <summary>The facts behind causes of failed binds: outcomes of binds, and holders of ports.</summary>
internal static class Cause
{
    public const int Port = 8080;

    public static readonly PortHolder Nginx = new(IsStream: true, IPAddress.Loopback, Port, Inode: 1, Uid: 33, Pid: 44, "nginx");

    public static BindOutcome Outcome(
        string result, bool matched, int port = Port, OptionSetting sharing = OptionSetting.Set, ulong inode = 7)
    {
        var socket = new SocketOutcome(
            3, inode, "inet", "stream", "127.0.0.1", port, matched, sharing, OptionSetting.System, null, null);
        return new BindOutcome(OutcomeKind.Bind, 100, socket, result, "");
    }

    public static PortFilter Filter(int port) => new([new PortRange(port, port)]);

    /// <summary>Compares the sentences of all cases with a file: the name of each case, then its sentences.</summary>
    public static void ExpectGolden(string file, IEnumerable<KeyValuePair<string, string[]>> cases) => Golden.Expect(
        $"tests/Decisions.Tests/Api/Golden/{file}",
        string.Concat(cases.Select(one => $"{one.Key}:\n{string.Concat(one.Value.Select(cause => $"    {cause}\n"))}")));

    public static void AssertNames(string[] causes, string[] facts)
    {
        var cause = Assert.Single(causes);
        Assert.All(facts, fact => Assert.Contains(fact, cause, StringComparison.Ordinal));
    }
}
