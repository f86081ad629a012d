using System.Net.Sockets;
using System.Threading.Channels;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Api.Admission;

/// <summary>
/// The waiting room before the HTTP server: its one thread accepts connections, and keeps each until the first byte has come on it.
/// Until then a connection costs a descriptor and a small object; however many come and go, nothing of the server's is made for
/// them, and nobody waits behind them.
/// </summary>
internal sealed class PendingConnections : IDisposable
{
    private const ulong StopToken = 0;
    private const ulong DoorToken = 1;

    /// <summary>Connections accepted in one turn, before those that have something to say have theirs.</summary>
    private const int AcceptsInATurn = 64;

    /// <summary>Where nothing can be accepted, for want of descriptors or memory.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);

    private readonly LocalSocket _door;
    private readonly ConnectionGate _gate;
    private readonly Epoll _epoll = new();
    private readonly EventFd _stop = new();
    private readonly Dictionary<ulong, AdmittedConnection> _silent = [];
    private readonly Channel<AdmittedConnection> _speaking = Channel.CreateUnbounded<AdmittedConnection>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _lastToken = DoorToken;
    private bool _isClosed;

    /// <summary>Not to be accepted from for the moment.</summary>
    private bool _isBlocked;

    /// <param name="door">Bound; it stays the caller's.</param>
    /// <exception cref="LinuxException">It cannot be listened on.</exception>
    public PendingConnections(LocalSocket door, ConnectionGate gate)
    {
        (_door, _gate) = (door, gate);
        _epoll.Add(_stop, EpollEvents.Readable, StopToken);
        _epoll.Add(door, EpollEvents.Readable, DoorToken);
        door.Listen();
        new Thread(Run) { IsBackground = true, Name = "control" }.Start();
    }

    /// <summary>Connections with something to be read on them, whose sockets are the reader's; it ends with the pending.</summary>
    public ChannelReader<AdmittedConnection> Speaking => _speaking.Reader;

    /// <summary>Nobody is let in any more, and those who have said nothing are hung up on.</summary>
    /// <returns>Ends when that is so.</returns>
    public Task CloseAsync()
    {
        // What it had is disposed of behind its end, by whoever asked for it.
        if (!_ended.Task.IsCompleted) _stop.Signal();
        return _ended.Task;
    }

    /// <summary>To be called behind <see cref="CloseAsync"/>.</summary>
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
#pragma warning disable CA1031 // Told to whoever reads on: the HTTP server, which logs it.
        catch (Exception unexpected)
#pragma warning restore CA1031
        {
            fault = unexpected;
        }

        LocalSocket.EndReceiving(_door);
        // What was asked before this is still answered.
        foreach (var admission in _silent.Values.ToArray()) Hear(admission);
        foreach (var admission in _silent.Values) HangUp(admission);
        _speaking.Writer.Complete(fault);
        _ended.SetResult();
    }

    private void Turn()
    {
        var isCalled = _isBlocked;
        foreach (var (token, _) in _epoll.Wait(_isBlocked ? Breath : null))
        {
            if (token == StopToken) _isClosed = true;
            else if (token == DoorToken) isCalled = true;
            else Hear(_silent[token]);
        }

        if (_isBlocked) Block(false);
        if (isCalled) Accept();
    }

    private void Hear(AdmittedConnection admission)
    {
        var isSpeaking = LocalSocket.HasInput(admission.Socket, out var isOver);
        if (!isSpeaking && !isOver) return;
        _silent.Remove(admission.Token);
        _epoll.Remove(admission.Socket);
        if (isOver)
        {
            HangUp(admission);
            return;
        }

        // One that was turned away meanwhile is answered what it had sent before.
        _ = admission.Begin();
        _speaking.Writer.TryWrite(admission);
    }

    private void Accept()
    {
        for (var accepted = 0; accepted < AcceptsInATurn; accepted++)
        {
            var socket = _door.TryAccept(out var errno);
            if (socket is not null) Receive(socket);
            else if (errno == Errno.Again) return;
            // A client that has gone again, or a signal.
            else if (errno == Errno.Aborted || errno == Errno.Interrupted) continue;
            // Of one that has said something the server still has the descriptor.
            else if (_gate.MakeRoom() is { } left && TurnedAway(left)) continue;
            else
            {
                Block(true);
                return;
            }
        }
    }

    /// <summary>One that has said nothing yet ends with that.</summary>
    /// <returns>False where it is the server's to end.</returns>
    private bool TurnedAway(AdmittedConnection left)
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

        if (left is not null) TurnedAway(left);
        admission.Token = ++_lastToken;
        if (_epoll.Add(socket, EpollEvents.Readable, admission.Token) == Errno.None) _silent.Add(admission.Token, admission);
        else HangUp(admission);
    }

    /// <summary>Whoever calls meanwhile waits in the kernel's queue.</summary>
    private void Block(bool isBlocked)
    {
        _isBlocked = isBlocked;
        _epoll.Modify(_door, isBlocked ? EpollEvents.None : EpollEvents.Readable, DoorToken);
    }

    private static void HangUp(AdmittedConnection admission)
    {
        admission.Dispose();
        admission.Socket.Dispose();
    }
}
