using System.Net.Sockets;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

/// <summary>A fault of <c>top</c> itself, by an answer that no daemon gives.</summary>
public sealed class TopFaultTests
{
    private const string Good = """{"version":"1","uptime":1,"workers":[]}""";
    private const string WithoutWorkers = """{"version":"1","uptime":9}""";
    private const int GoodAnswers = 5;

    [Fact]
    public async Task Screen_Fault_RestoresTheTerminal()
    {
        using var folder = new TemporaryFolder();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(folder["control.sock"]));
        listener.Listen();
        var serving = ServeAsync(listener);
        await using var screen = await Tmux.StartAsync(folder["tmux"], 110, 24);
        await screen.TypeAsync($"stty -g > {folder["before"]}");
        await screen.TypeAsync($"{Artifacts.Control} top -i 100ms --socket {folder["control.sock"]}; echo code:$?");
        await screen.LineAsync("code:1");
        Assert.False(await screen.IsAlternateAsync());
        await screen.TypeAsync($"stty -g > {folder["after"]}; echo done");
        await screen.WaitAsync(lines => lines.Contains("done"), "the shell goes on");
        Assert.Equal(await File.ReadAllTextAsync(folder["before"]), await File.ReadAllTextAsync(folder["after"]));
        await serving.WaitAsync(Deadline.Patience);
    }

    /// <summary>Answers requests on one connection after another, the last one with the answer that causes the fault.</summary>
    private static async Task ServeAsync(Socket listener)
    {
        var buffer = new byte[4096];
        for (var answers = 0; answers <= GoodAnswers;)
        {
            using var client = await listener.AcceptAsync();
            while (answers <= GoodAnswers && await client.ReceiveAsync(buffer) > 0)
            {
                var body = answers++ < GoodAnswers ? Good : WithoutWorkers;
                var head = $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
                await client.SendAsync(Encoding.ASCII.GetBytes(head + body));
            }
        }
    }
}
