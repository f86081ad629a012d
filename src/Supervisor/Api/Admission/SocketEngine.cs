using System.Net.Sockets;

namespace Reuseportd.Api.Admission;

/// <summary>
/// The descriptors and threads that the framework makes at its first asynchronous call on a socket. If no descriptor is free at
/// that moment, a type initializer fails, and every later call of the process with it.
/// </summary>
internal static class SocketEngine
{
    /// <summary>Makes that call. It has to come before the start of the workers.</summary>
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
            // The socket has no peer, so only the cancellation ends the call.
        }
    }
}
