using System.Globalization;
using System.Text;
using Linux.Tests.Harness;
using Reuseportd.Binding;
using Reuseportd.Model;

namespace Linux.Tests.Methods;

/// <summary>The answers that a probe printed, and the outcomes of its calls.</summary>
internal sealed record ProbeResult(string[] Answers, BindOutcome[] Outcomes)
{
    /// <summary>net.core.somaxconn of a new network namespace: the kernel limits each backlog to it.</summary>
    private const uint MostBacklog = 4096;

    /// <summary>Runs the probe under the preload library.</summary>
    public static ProbeResult UnderTheLibrary(Spawner spawner, ProbeCase probe)
    {
        using var worker = TestWorker.Start(spawner, Request(probe) with
        {
            Environment =
            [
                .. probe.Variables, $"LD_PRELOAD={Checkout.Built("lib/libreuseport.so")}", "LIBREUSEPORT_DEBUG=1",
            ],
        });
        return new ProbeResult(AnswersOf(worker), [.. worker.Error!.ReadAllText().Split('\n').SelectMany(Parse)]);
    }

    public static SpawnRequest Request(ProbeCase probe)
    {
        var request = TestWorker.Request("probe", probe.Commands);
        return probe.IsOrdinaryUser
            ? request with { Identity = new Identity(OrdinaryUser.Number, OrdinaryUser.Number, []) }
            : request;
    }

    /// <summary>Waits for the end of the probe.</summary>
    public static string[] AnswersOf(TestWorker worker)
    {
        var lines = new List<string>();
        while (worker.Out!.ReadLine() is { } line) lines.Add(line);
        Assert.Equal(ExitStatus.Exited(0), worker.AwaitExit());
        return [.. lines];
    }

    /// <summary>The same text for the same result: pids, inodes and chosen ports become numbers in order of appearance.</summary>
    /// <param name="hasDescriptors">False if the method does not know the descriptors of sockets.</param>
    public string ToText(bool hasDescriptors)
    {
        var numbers = new Dictionary<string, int>();
        var answers = Answers.Select(answer => answer.StartsWith("port=", StringComparison.Ordinal)
            ? $"port={Port(int.Parse(answer[5..], CultureInfo.InvariantCulture))}"
            : answer);
        return string.Join('\n', [.. answers, .. Outcomes.Select(Text)]);

        string Text(BindOutcome outcome) => outcome.Socket is not { } socket
            ? $"{outcome.Kind} {outcome.Subject}"
            : string.Join(
                ' ',
                outcome.Kind,
                Number("process", outcome.Pid),
                Number("socket", socket.Inode),
                hasDescriptors ? Number("descriptor", socket.FileDescriptor) : "descriptor",
                $"{socket.Family} {socket.Type} {socket.Address} {Port(socket.Port)} matched={socket.Matched}",
                outcome.Kind == OutcomeKind.Listen ? $"backlog={Math.Min((uint)socket.Backlog!, MostBacklog)}" : Options(socket),
                outcome.Result);

        string Port(int port) => port is >= 32768 and <= 60999 ? Number("chosen", port) : $"{port}";
        string Number(string what, object value)
        {
            var key = $"{what}{value}";
            if (!numbers.TryGetValue(key, out var number)) numbers[key] = number = numbers.Count + 1;
            return $"{what}{number}";
        }
    }

    private static string Options(SocketOutcome socket) =>
        $"reuseport={socket.ReusePort} reuseaddr={socket.ReuseAddress} device={socket.Device}";

    /// <summary>Without lines for the load, for invalid variables and for descriptors that are not sockets.</summary>
    private static IEnumerable<BindOutcome> Parse(string line) =>
        OutcomeParser.TryParse(Encoding.ASCII.GetBytes(line), out var outcome) && outcome.Kind != OutcomeKind.Loaded
        && !outcome.Subject.StartsWith("LIBREUSEPORT_", StringComparison.Ordinal)
        && outcome.Result is not ("ENOTSOCK" or "Socket operation on non-socket")
        && !outcome.Result.StartsWith("not ", StringComparison.Ordinal)
            ? [outcome]
            : [];
}
