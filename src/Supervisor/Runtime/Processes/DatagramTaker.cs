using Reuseportd.Linux.Sockets;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// A thread that takes datagrams with descriptors out of the queue of one socket. Their sender can hold it up, see
/// <see cref="NotifySocket"/>. Then only its own service has no further notifications.
/// </summary>
internal sealed class DatagramTaker
{
    private const int StackBytes = 128 * 1024;

    private readonly NotifySocket _socket;
    private readonly Action _taken;
    private readonly AutoResetEvent _asked = new(false);
    private volatile bool _isOver;

    private DatagramTaker(NotifySocket socket, Action taken) => (_socket, _taken) = (socket, taken);

    /// <param name="taken">Called on the thread after each datagram.</param>
    /// <returns>Null without memory or a pid for the thread.</returns>
    public static DatagramTaker? TryStart(NotifySocket socket, Action taken)
    {
        var taker = new DatagramTaker(socket, taken);
        try
        {
            new Thread(taker.Run, StackBytes) { IsBackground = true, Name = "notify" }.Start();
            return taker;
        }
        catch (OutOfMemoryException)
        {
            taker._asked.Dispose();
            return null;
        }
    }

    /// <summary>Takes one datagram. Must not be called again before it is taken.</summary>
    public void Begin() => _asked.Set();

    /// <summary>Ends the thread and closes the socket, with the datagrams that it still has.</summary>
    public void End()
    {
        _isOver = true;
        _asked.Set();
    }

    private void Run()
    {
        while (true)
        {
            _asked.WaitOne();
            if (_isOver) break;
            _socket.Take();
            _taken();
        }

        _socket.Dispose();
        _asked.Dispose();
    }
}
