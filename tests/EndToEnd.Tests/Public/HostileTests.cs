using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>Clients that send anything, or nothing.</summary>
public sealed class HostileTests : PublicTest
{
    private const int Inputs = 20_000;
    private const int Clients = 40;

    /// <summary>The wait for an answer to an input that may not be a whole request.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private const int Idle = 10_000;
    private const int Seed = 4711;

    [Fact]
    public async Task Inputs_OfRandomBytes_AreAnsweredWithoutAFault()
    {
        ConfigureDaemon();
        ConfigureWeb();
        await Daemon.StartAsync();
        var statuses = new int[600];
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var input = new RandomRequest(new Random(Seed + client), Listen);
            for (var number = 0; number < Inputs / Clients; number++)
            {
                var bytes = input.Next();
                var status = await SendAsync(bytes, halfCloses: !input.IsWellFormed);
                Assert.True(status > 0 || !input.IsWellFormed, $"no answer: {Convert.ToHexString(bytes)}");
                Assert.True(status < 500 || status == 501 || status == 505, $"{status}: {Convert.ToHexString(bytes)}");
                Interlocked.Increment(ref statuses[status]);
            }
        })));

        // Both kinds of inputs were among them.
        Assert.InRange(statuses[200], 100, Inputs);
        Assert.InRange(statuses[400], 100, Inputs);
        Assert.Equal("ok\n", (await GetAsync("/readyz")).Body);
        Assert.Equal(0, (await Daemon.ControlAsync("status")).Code);
        Assert.Empty(Daemon.Events("exit"));
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Connections_Idle_MemoryIsBoundedAndAllElseAnswers()
    {
        ConfigureDaemon();
        ConfigureWeb();
        await Daemon.StartAsync();
        await ScrapeAsync();
        var before = Memory();
        var idle = new List<Socket>();
        try
        {
            for (var number = 0; number < Idle; number++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                idle.Add(socket);
                try
                {
                    await socket.ConnectAsync(IPAddress.Parse(ListenAddress), Port).WaitAsync(Deadline.Patience);
                }
                catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionReset)
                {
                    // The daemon closes connections beyond its limit at once.
                }
            }

            Assert.InRange(Memory() - before, -1L << 30, 32 << 20);
            // Idle connections make room, so no other request is lost.
            foreach (var path in (string[])["/healthz", "/readyz", "/readyz/web", "/metrics"])
                Assert.Equal((path, 200), (path, (await GetAsync(path)).Status));
            Assert.Equal(0, (await Daemon.ControlAsync("status")).Code);
            Assert.Equal(0, (await Daemon.ControlAsync("restart", "web")).Code);
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }

        Assert.Equal(200, (await GetAsync("/metrics")).Status);
        Assert.InRange(Memory() - before, -1L << 30, 32 << 20);
        await Daemon.StopAsync();
    }

    /// <summary>Sends the bytes and no more, and reads the whole answer.</summary>
    /// <param name="halfCloses">
    /// Ends what the server waits for. Not for a whole request: the server sends no answer after such an end.
    /// </param>
    /// <returns>The status; 0 without an answer.</returns>
    private async Task<int> SendAsync(byte[] bytes, bool halfCloses)
    {
        using var stop = new CancellationTokenSource(Deadline.Patience);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Parse(ListenAddress), Port, stop.Token);
        var answer = new byte[64];
        var count = 0;
        try
        {
            await socket.SendAsync(bytes, stop.Token);
            count = await BeginningAsync(socket, answer);
            if (halfCloses) socket.Shutdown(SocketShutdown.Send);
            var rest = new byte[64 * 1024];
            while (await socket.ReceiveAsync(rest, stop.Token) is var read and > 0)
            {
                if (count == 0) rest.AsSpan(0, Math.Min(read, answer.Length)).CopyTo(answer);
                count = Math.Max(count, Math.Min(read, answer.Length));
            }
        }
        catch (SocketException)
        {
            // The daemon has closed the connection before it had read all.
        }

        var line = Encoding.ASCII.GetString(answer, 0, count).Split(' ');
        return line.Length > 1 ? int.Parse(line[1], CultureInfo.InvariantCulture) : 0;
    }

    /// <returns>0 if nothing has come after the pause.</returns>
    private static async Task<int> BeginningAsync(Socket socket, byte[] answer)
    {
        using var pause = new CancellationTokenSource(Pause);
        try
        {
            return await socket.ReceiveAsync(answer, pause.Token);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    private long Memory() => Processes.Memory(Daemon.Pid);
}
