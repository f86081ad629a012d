using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Reuseportd.Api.Admission;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Api;

public sealed class AcceptorTests : IDisposable
{
    private readonly TcpListeningSocket _socket = TcpListeningSocket.TryOpen(new IPEndPoint(IPAddress.Loopback, 0), out _)!;

    [Fact]
    public void Accept_NoDescriptors_PausesBeforeTheNextTry()
    {
        const int tries = 5;
        var exhausted = new Exhausted(_socket, tries);
        using var acceptor = new Acceptor([exhausted], room: 1, handle => handle.Dispose());
        using var client = Connect();
        acceptor.Start("test");
        Deadline.Await(exhausted.Accepted, "the client is accepted in the end");
        Assert.InRange(exhausted.Took, TimeSpan.FromMilliseconds(40 * tries), Deadline.Patience);
    }

    [Fact]
    public void Accept_NoRoom_ClientsWaitInTheQueue()
    {
        using var accepted = new BlockingCollection<SafeSocketHandle>();
        using var acceptor = new Acceptor([_socket], room: 2, accepted.Add);
        acceptor.Start("test");
        Socket[] clients = [.. Enumerable.Range(0, 5).Select(_ => Connect())];
        for (var left = 0; left < clients.Length; left++)
        {
            Assert.True(accepted.TryTake(out var handle, Deadline.Patience));
            Assert.InRange(accepted.Count, 0, 1);
            handle.Dispose();
            acceptor.Leave();
        }

        acceptor.Stop();
        Deadline.Await(acceptor.Ended, "the thread ends");
        foreach (var client in clients) client.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private Socket Connect()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(_socket.BoundAddress()!);
        return client;
    }

    /// <summary>A listener whose first tries find no descriptor.</summary>
    private sealed class Exhausted(TcpListeningSocket inner, int tries) : IListener
    {
        private readonly TaskCompletionSource _accepted = new();
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private int _tries;

        public Descriptor Descriptor => inner;

        public Task Accepted => _accepted.Task;

        public TimeSpan Took { get; private set; }

        public SafeSocketHandle? TryAccept(out Errno errno)
        {
            errno = Errno.TooManyDescriptors;
            if (++_tries <= tries) return null;
            Took = _clock.Elapsed;
            _accepted.TrySetResult();
            return inner.TryAccept(out errno);
        }

        public void Dispose()
        {
        }
    }
}
