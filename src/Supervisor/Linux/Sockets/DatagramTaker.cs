namespace Reuseportd.Linux.Sockets;

/// <summary>
/// A thread that takes datagrams with descriptors out of the queue of one socket. Their sender can hold it up, see
/// <see cref="NotifySocket"/>. Then only its own service has no further notifications.
/// </summary>
internal sealed class DatagramTaker
{
    private const int StackBytes = 128 * 1024;

    private readonly NotifySocket _socket;
    private readonly Action _taken;
    private readonly object _gate = new();
    private bool _isAsked;
    private bool _isOver;

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
            return null;
        }
    }

    /// <summary>Takes one datagram. Must not be called again before it is taken.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _isAsked = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends the thread and closes the socket, with the datagrams that it still has.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        while (Next())
        {
            _socket.Take();
            _taken();
        }

        _socket.Dispose();
    }

    /// <returns>False at the end.</returns>
    private bool Next()
    {
        lock (_gate)
        {
            while (!_isAsked && !_isOver) Monitor.Wait(_gate);
            _isAsked = false;
            return !_isOver;
        }
    }
}
