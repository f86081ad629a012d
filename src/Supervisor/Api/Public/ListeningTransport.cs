using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;

namespace Reuseportd.Api.Public;

/// <summary>An end point of the HTTP server: a socket that listens before the server starts, and after it has stopped.</summary>
/// <param name="address">For messages.</param>
internal sealed class ListeningEndPoint(IListener socket, string address) : EndPoint
{
    public IListener Socket => socket;

    public override string ToString() => address;
}

/// <summary>
/// Accepts the connections of such end points. The framework's own transport would end the listening with the server, and the
/// connections that wait for the next program would be refused.
/// </summary>
internal sealed class ListeningTransport(ILoggerFactory loggers) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is ListeningEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Listener((ListeningEndPoint)endpoint, loggers));

    private sealed class Listener : IConnectionListener
    {
        private const ulong StopToken = 0;
        private const ulong ListenerToken = 1;

        /// <summary>The pause after accept(2) fails for want of descriptors or memory.</summary>
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

        private readonly ListeningEndPoint _at;
        private readonly Epoll _epoll = new();
        private readonly EventFd _stop = new();
        private readonly Thread _thread;
        private readonly SocketConnectionContextFactory _contexts;
        private readonly Channel<SafeSocketHandle> _accepted =
            Channel.CreateBounded<SafeSocketHandle>(new BoundedChannelOptions(64) { SingleWriter = true });

        public Listener(ListeningEndPoint at, ILoggerFactory loggers)
        {
            _at = at;
            _contexts = new SocketConnectionContextFactory(
                new SocketConnectionFactoryOptions(),
                loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets"));
            _epoll.Add(_stop, EpollEvents.Readable, StopToken);
            _epoll.Add(at.Socket.Descriptor, EpollEvents.Readable, ListenerToken);
            _thread = new Thread(Run) { IsBackground = true, Name = "listen" };
            _thread.Start();
        }

        public EndPoint EndPoint => _at;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
                while (_accepted.Reader.TryRead(out var handle))
                    if (TryTake(handle) is { } connection) return connection;
            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            if (_thread.IsAlive) _stop.Signal();
            return new ValueTask(_accepted.Reader.Completion.WaitAsync(cancellationToken));
        }

        public async ValueTask DisposeAsync()
        {
            if (_thread.IsAlive) _stop.Signal();
            _thread.Join();
            while (_accepted.Reader.TryRead(out var handle)) handle.Dispose();
            await _accepted.Reader.Completion;
            _epoll.Dispose();
            _stop.Dispose();
            _contexts.Dispose();
        }

        private void Run()
        {
            while (true)
            {
                foreach (var ready in _epoll.Wait(timeout: null))
                {
                    if (ready.Token == StopToken)
                    {
                        _accepted.Writer.Complete();
                        return;
                    }

                    Accept();
                }
            }
        }

        /// <summary>The server takes connections at once, so a full channel is one that nobody reads any more.</summary>
        private void Accept()
        {
            var handle = _at.Socket.TryAccept(out var errno);
            if (handle is null)
            {
                if (errno == Model.Errno.Again) return;
                _ = _epoll.Remove(_at.Socket.Descriptor);
                _ = _epoll.Wait(Pause);
                _ = _epoll.Add(_at.Socket.Descriptor, EpollEvents.Readable, ListenerToken);
                return;
            }

            if (!_accepted.Writer.TryWrite(handle)) handle.Dispose();
        }

        private ConnectionContext? TryTake(SafeSocketHandle handle)
        {
            try
            {
                return _contexts.Create(new Socket(handle));
            }
            catch (SocketException)
            {
                handle.Dispose();
                return null;
            }
        }
    }
}
