using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests.Steering;

/// <summary>
/// The program tests/TestWorkers/shares.c. It has the network namespace of the starting thread, and ends with the test.
/// </summary>
internal sealed class ShareWorker : IDisposable
{
    private readonly Pidfd _process;
    private readonly PipeText _out;
    private bool _isReaped;

    private ShareWorker(Spawned spawned)
    {
        _process = spawned.Process;
        _out = new PipeText(spawned.Stdout!);
        spawned.Stderr?.Dispose();
        string[] words;
        while ((words = _out.ReadLine()!.Split(' '))[0] == "socket")
            Sockets.Add((int.Parse(words[1], null), ulong.Parse(words[2], null)));
        Assert.Equal("ready", words[0]);
        Server = int.Parse(words[1], null);
    }

    public List<(int Descriptor, ulong Inode)> Sockets { get; } = [];

    public int Pid => _process.Pid;

    /// <summary>The process that has the sockets: itself, or its child.</summary>
    public int Server { get; }

    public static ShareWorker Start(Spawner spawner, params string[] arguments) =>
        Start(spawner, TestWorker.Request("shares", arguments));

    public static ShareWorker Start(Spawner spawner, SpawnRequest request)
    {
        Assert.True(spawner.TrySpawn(request, out var spawned, out var error), error?.ToString());
        return new ShareWorker(spawned);
    }

    /// <summary>The sockets of the worker, found as a daemon finds them.</summary>
    public SharedSocket[] Shared() =>
        [.. Sockets.Select(socket => new SharedSocket(socket.Inode, () => [Server], Server, socket.Descriptor))];

    public void Send(Signal signal) => Assert.Equal(Errno.None, _process.SendSignal(signal));

    public void AwaitEnd()
    {
        Assert.True(_process.WaitForEnd(Deadline.Patience), "still running");
        Assert.Equal(Errno.None, _process.Wait(out _));
        _isReaped = true;
    }

    public void Dispose()
    {
        if (!_isReaped)
        {
            if (Server != Pid && Pidfd.Open(Server, out _) is { } server)
                using (server) server.SendSignal(Signal.Kill);
            _process.SendSignal(Signal.Kill);
            AwaitEnd();
        }

        _process.Dispose();
        _out.Dispose();
    }
}
