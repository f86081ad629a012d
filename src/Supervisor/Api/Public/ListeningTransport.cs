using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Reuseportd.Api.Admission;
using Reuseportd.Linux.Sockets;

namespace Reuseportd.Api.Public;

/// <summary>An end point of the HTTP server: a socket that listens before the server starts, and after it has stopped.</summary>
/// <param name="address">For messages.</param>
internal sealed class ListeningEndPoint(IListener socket, string address, AddressGate gate) : EndPoint
{
    public IListener Socket => socket;

    public AddressGate Gate => gate;

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
        /// <summary>Connections that the server has not taken. On a busy machine it takes them late.</summary>
        private const int MostWaiting = 64;

        private readonly ListeningEndPoint _at;
        private readonly Acceptor _acceptor;
        private readonly SocketConnectionContextFactory _contexts;
        private readonly Channel<(Socket Socket, AdmittedConnection Admission)> _accepted =
            Channel.CreateUnbounded<(Socket, AdmittedConnection)>(new UnboundedChannelOptions { SingleWriter = true });

        public Listener(ListeningEndPoint at, ILoggerFactory loggers)
        {
            _at = at;
            _contexts = new SocketConnectionContextFactory(
                new SocketConnectionFactoryOptions(),
                loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets"));
            _acceptor = new Acceptor([at.Socket], MostWaiting, Receive);
            _acceptor.Start("listen");
        }

        public EndPoint EndPoint => _at;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
                if (_accepted.Reader.TryRead(out var accepted)) return Take(accepted.Socket, accepted.Admission);
            return null;
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _acceptor.Stop();
            // The thread ends at once, so a stop that is late on a busy machine does not fail.
            await _acceptor.Ended;
            _accepted.Writer.TryComplete();
        }

        public async ValueTask DisposeAsync()
        {
            await UnbindAsync();
            _acceptor.Dispose();
            while (_accepted.Reader.TryRead(out var accepted))
            {
                accepted.Admission.Dispose();
                accepted.Socket.Dispose();
            }

            _contexts.Dispose();
        }

        private void Receive(SafeSocketHandle handle)
        {
            try
            {
                var socket = new Socket(handle);
                if (_at.Gate.TryAdmit(handle, socket.RemoteEndPoint) is { } admission)
                {
                    _accepted.Writer.TryWrite((socket, admission));
                    return;
                }
            }
            catch (SocketException)
            {
                // The client has gone.
            }

            handle.Dispose();
            _acceptor.Leave();
        }

        private ConnectionContext Take(Socket socket, AdmittedConnection admission)
        {
            _acceptor.Leave();
            var connection = _contexts.Create(socket);
            connection.Features.Set(admission);
            return connection;
        }
    }
}
