using System.Net.Sockets;

namespace Reuseportd.Api.Admission;

/// <summary>
/// What the framework makes of descriptors and threads at its first asynchronous call on a socket. Where no descriptor is left by
/// then, a type initializer fails, and with it every later call of the process.
/// </summary>
internal static class SocketEngine
{
    /// <summary>Has it made. To be called ahead of the workers.</summary>
    public static async Task PrepareAsync()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        using var over = new CancellationTokenSource();
        var receiving = socket.ReceiveAsync(new byte[1], SocketFlags.None, over.Token);
        await over.CancelAsync();
        try
        {
            await receiving;
        }
        catch (OperationCanceledException)
        {
            // Nobody sends anything.
        }
    }
}
