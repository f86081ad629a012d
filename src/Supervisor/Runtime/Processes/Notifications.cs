using System.Diagnostics.CodeAnalysis;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// The sockets at which workers say that they are ready: one for each service whose readiness is <c>notify</c>, made with its
/// first start. Who sends is known from the kernel, so one worker cannot speak for another. Only the loop's thread uses it.
/// </summary>
/// <param name="folder">Where the sockets are; made when the first is.</param>
internal sealed class Notifications(string folder, DescriptorTable descriptors, FleetEvents events) : IDescriptorOwner, IDisposable
{
    /// <summary>Taken in one turn of the loop: what is left keeps the socket readable, and others have their turn.</summary>
    private const int MostAtOnce = 16;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode ForAllToEnter = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly Dictionary<string, (NotifySocket Socket, Identity? Owner, ulong Token)> _sockets = [];
    private readonly Dictionary<ulong, NotifySocket> _byToken = [];

    /// <summary>Makes the socket of a service, where it is not there.</summary>
    /// <param name="owner">Whom its workers run as; null for the daemon's own user.</param>
    public bool TryOpen(string service, Identity? owner, out string path, [NotNullWhen(false)] out SpawnError? error)
    {
        error = null;
        path = Path.Combine(folder, service);
        if (_sockets.TryGetValue(service, out var present) && present.Owner == owner) return true;
        Remove(service);
        if (Unusable() is { } problem)
        {
            error = new SpawnError("NOTIFY_SOCKET", $"{folder}: {problem}", Errno.None);
            return false;
        }

        var socket = NotifySocket.TryOpen(path, owner, out var errno);
        if (socket is null)
        {
            error = new SpawnError("NOTIFY_SOCKET", path, errno);
            return false;
        }

        var token = descriptors.NextToken();
        errno = descriptors.Add(socket, EpollEvents.Readable, token, this);
        if (errno != Errno.None)
        {
            socket.Remove();
            socket.Dispose();
            error = new SpawnError("NOTIFY_SOCKET", path, errno);
            return false;
        }

        _sockets[service] = (socket, owner, token);
        _byToken[token] = socket;
        return true;
    }

    public void Wake(ulong token)
    {
        if (!_byToken.TryGetValue(token, out var socket)) return;
        for (var taken = 0; taken < MostAtOnce && socket.TryReceive(out var notification); taken++)
            if (notification.IsReady) events.Add(new FleetEvent.ReadyReported(notification.Pid));
    }

    /// <summary>To be called when a service has gone.</summary>
    public void Remove(string service)
    {
        if (!_sockets.Remove(service, out var entry)) return;
        _byToken.Remove(entry.Token);
        descriptors.Remove(entry.Socket, entry.Token);
        entry.Socket.Remove();
        entry.Socket.Dispose();
    }

    public void Dispose()
    {
        foreach (var service in _sockets.Keys.ToArray()) Remove(service);
        try
        {
            Directory.Delete(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It was never made, or holds what is not ours.
        }
    }

    /// <summary>In a place where everybody may make directories, one that is there may be somebody else's.</summary>
    private string? Unusable()
    {
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly);
            // Workers of other users come through it, whatever the daemon's umask.
            if (UserDatabase.IsRoot && FileEntry.At(folder, out _) is { Facts: { IsDirectory: true, Uid: 0 } })
                File.SetUnixFileMode(folder, ForAllToEnter);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }

        const uint writableByOthers = 0x12;
        if (FileEntry.At(folder, out var errno) is not { Facts: var facts }) return errno.ToString();
        return facts.IsDirectory && facts.Uid == UserDatabase.EffectiveUser && (facts.Mode & writableByOthers) == 0
            ? null
            : "is no directory that only this user can change";
    }
}
