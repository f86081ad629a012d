using System.Net.Sockets;
using System.Threading.Channels;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Api.Admission;

/// <summary>
/// Connections that have not sent a byte. One thread accepts them and holds each until its first byte arrives; only then does the
/// HTTP server get it. A silent connection costs a descriptor and a small object, and delays no other.
/// </summary>
internal sealed class PendingConnections : IDisposable
{
    private const ulong StopToken = 0;
    private const ulong ListenerToken = 1;

    /// <summary>Connections that are accepted in one turn, before the thread looks at requests again.</summary>
    private const int AcceptsInATurn = 64;

    /// <summary>The pause after accept(2) fails for want of descriptors or memory.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly LocalSocket _listener;
    private readonly ConnectionGate _gate;
    private readonly Epoll _epoll = new();
    private readonly EventFd _stop = new();
    private readonly Dictionary<ulong, AdmittedConnection> _silent = [];
    private readonly Channel<AdmittedConnection> _speaking =
        Channel.CreateUnbounded<AdmittedConnection>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _lastToken = ListenerToken;
    private bool _isClosed;

    /// <summary>True while the thread pauses accepting.</summary>
    private bool _isBlocked;

    /// <param name="listener">A bound socket, which the caller closes.</param>
    /// <exception cref="LinuxException">listen(2) failed.</exception>
    public PendingConnections(LocalSocket listener, ConnectionGate gate)
    {
        (_listener, _gate) = (listener, gate);
        _epoll.Add(_stop, EpollEvents.Readable, StopToken);
        _epoll.Add(listener, EpollEvents.Readable, ListenerToken);
        listener.Listen();
        new Thread(Run) { IsBackground = true, Name = "control" }.Start();
    }

    /// <summary>Connections with input, whose sockets the reader closes. <see cref="CloseAsync"/> completes it.</summary>
    public ChannelReader<AdmittedConnection> Speaking => _speaking.Reader;

    /// <summary>Stops accepting, and closes the silent connections.</summary>
    /// <returns>Completes when the thread has ended.</returns>
    public Task CloseAsync()
    {
        // A second caller may come after the end of the thread, and after Dispose.
        if (!_ended.Task.IsCompleted) _stop.Signal();
        return _ended.Task;
    }

    /// <summary>To be called after <see cref="CloseAsync"/>.</summary>
    public void Dispose()
    {
        _epoll.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        Exception? fault = null;
        try
        {
            while (!_isClosed) Turn();
        }
#pragma warning disable CA1031 // The channel passes it to the HTTP server, which logs it.
        catch (Exception unexpected)
#pragma warning restore CA1031
        {
            fault = unexpected;
        }

        if (!_listener.KeepsListening) LocalSocket.EndReceiving(_listener);
        // A request that arrived before this moment is still answered.
        foreach (var admission in _silent.Values.ToArray()) Hear(admission);
        foreach (var admission in _silent.Values) Close(admission);
        _speaking.Writer.Complete(fault);
        _ended.SetResult();
    }

    private void Turn()
    {
        var hasClients = _isBlocked;
        foreach (var (token, _) in _epoll.Wait(_isBlocked ? Pause : null))
        {
            if (token == StopToken) _isClosed = true;
            else if (token == ListenerToken) hasClients = true;
            else Hear(_silent[token]);
        }

        if (_isBlocked) Block(false);
        if (hasClients) Accept();
    }

    private void Hear(AdmittedConnection admission)
    {
        var isSpeaking = LocalSocket.HasInput(admission.Socket, out var isOver);
        if (!isSpeaking && !isOver) return;
        _silent.Remove(admission.Token);
        _epoll.Remove(admission.Socket);
        if (isOver)
        {
            Close(admission);
            return;
        }

        // If the daemon closes the connection, the server still answers the requests that the client has sent.
        _ = admission.Begin();
        _speaking.Writer.TryWrite(admission);
    }

    private void Accept()
    {
        for (var accepted = 0; accepted < AcceptsInATurn; accepted++)
        {
            var socket = _listener.TryAccept(out var errno);
            if (socket is not null) Receive(socket);
            else if (errno == Errno.Again) return;
            // The client has gone, or a signal interrupted the call.
            else if (errno == Errno.Aborted || errno == Errno.Interrupted) continue;
            // A silent connection frees its descriptor at once; the server still holds those of the others.
            else if (_gate.MakeRoom() is { } left && TryEnd(left)) continue;
            else
            {
                Block(true);
                return;
            }
        }
    }

    /// <summary>Ends a silent connection that the daemon closes.</summary>
    /// <returns>False if the HTTP server has the connection, and ends it.</returns>
    private bool TryEnd(AdmittedConnection left)
    {
        if (!_silent.ContainsKey(left.Token)) return false;
        Hear(left);
        return true;
    }

    private void Receive(SafeSocketHandle socket)
    {
        if (Peer.Read(socket) is not { } peer || _gate.Admit(socket, peer, out var left) is not { } admission)
        {
            socket.Dispose();
            return;
        }

        if (left is not null) TryEnd(left);
        admission.Token = ++_lastToken;
        if (_epoll.Add(socket, EpollEvents.Readable, admission.Token) == Errno.None) _silent.Add(admission.Token, admission);
        else Close(admission);
    }

    /// <summary>New clients wait in the kernel's accept queue meanwhile.</summary>
    private void Block(bool isBlocked)
    {
        _isBlocked = isBlocked;
        _epoll.Modify(_listener, isBlocked ? EpollEvents.None : EpollEvents.Readable, ListenerToken);
    }

    private static void Close(AdmittedConnection admission)
    {
        admission.Dispose();
        admission.Socket.Dispose();
    }
}
