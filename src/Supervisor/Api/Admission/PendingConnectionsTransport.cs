using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Reuseportd.Linux.Sockets;

namespace Reuseportd.Api.Admission;

/// <summary>The end point of the HTTP server: the control socket.</summary>
/// <param name="path">For messages.</param>
internal sealed class ControlEndPoint(LocalSocket socket, string path, ConnectionGate gate) : EndPoint
{
    public PendingConnections Open() => new(socket, gate);

    public override string ToString() => path;
}

/// <summary>Takes the connections of the HTTP server from <see cref="PendingConnections"/>.</summary>
internal sealed class PendingConnectionsTransport(ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is ControlEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Listener((ControlEndPoint)endpoint, loggers));

    private sealed class Listener(ControlEndPoint at, ILoggerFactory loggers) : IConnectionListener
    {
        private readonly PendingConnections _pending = at.Open();
        private readonly SocketConnectionContextFactory _contexts = new(
            new SocketConnectionFactoryOptions(), loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets"));

        public EndPoint EndPoint => at;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await _pending.Speaking.WaitToReadAsync(cancellationToken))
                while (_pending.Speaking.TryRead(out var admission))
                    if (TryTake(admission, out var connection)) return connection;
            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => new(_pending.CloseAsync());

        public async ValueTask DisposeAsync()
        {
            await _pending.CloseAsync();
            _pending.Dispose();
            _contexts.Dispose();
        }

        private bool TryTake(AdmittedConnection admission, [NotNullWhen(true)] out ConnectionContext? connection)
        {
            connection = null;
            try
            {
                connection = _contexts.Create(new Socket(admission.Socket));
                connection.Features.Set(admission);
            }
            catch (SocketException)
            {
                admission.Dispose();
                admission.Socket.Dispose();
            }

            return connection is not null;
        }
    }
}
