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
/// The sockets for readiness notifications (sd_notify(3)). Each service with readiness <c>notify</c> has its own, made at its
/// first start. The kernel tells the sender's pid, so a worker cannot report for another. Only the loop's thread uses it. It
/// closes no file of a sender, see <see cref="NotifySocket"/>: a <see cref="DatagramTaker"/> of the service does.
/// </summary>
/// <param name="folder">The directory of the sockets. It is made with the first socket.</param>
internal sealed class Notifications(string folder, DescriptorTable descriptors, Mailbox mailbox, FleetEvents events)
    : IDescriptorOwner, IDisposable
{
    /// <summary>Messages taken in one turn of the loop. The rest keeps the socket readable for the next turn.</summary>
    private const int MostAtOnce = 16;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode ForAllToEnter = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly Dictionary<string, Entry> _sockets = [];
    private readonly Dictionary<ulong, Entry> _byToken = [];

    /// <summary>Makes the socket of a service unless it exists.</summary>
    /// <param name="owner">The user of the service's workers; null for the daemon's own user.</param>
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

        errno = Watch(service, socket, owner);
        if (errno == Errno.None) return true;
        socket.Remove();
        Discard(socket);
        error = new SpawnError("NOTIFY_SOCKET", path, errno);
        return false;
    }

    /// <summary>Takes over the socket of an earlier daemon, which has the messages that workers have sent meanwhile.</summary>
    /// <param name="entry">The inode of the path. With another one, workers cannot reach the socket, and it is closed.</param>
    public void Adopt(string service, int number, ulong entry, Identity? owner)
    {
        var socket = NotifySocket.Adopt(number, Path.Combine(folder, service));
        if (socket.Entry != entry || Watch(service, socket, owner) != Errno.None) Discard(socket);
    }

    /// <summary>The open socket of a service and its user; null if there is none.</summary>
    public (NotifySocket Socket, Identity? Owner)? Find(string service) =>
        _sockets.TryGetValue(service, out var present) ? (present.Socket, present.Owner) : null;

    public void Wake(ulong token)
    {
        if (!_byToken.TryGetValue(token, out var entry)) return;
        for (var taken = 0; taken < MostAtOnce && entry.Socket.TryPeek(out var notification); taken++)
        {
            if (notification.IsReady) events.Add(new FleetEvent.ReadyReported(notification.Pid));
            if (notification.HasDescriptors)
            {
                descriptors.Change(entry.Socket, EpollEvents.None, token);
                entry.Taker.Begin();
                return;
            }

            entry.Socket.Take();
        }
    }

    public void Handle(ProcessMessage.DatagramTaken taken)
    {
        if (_byToken.TryGetValue(taken.Token, out var entry))
            descriptors.Change(entry.Socket, EpollEvents.Readable, taken.Token);
    }

    /// <summary>Must be called when a service is gone.</summary>
    public void Remove(string service)
    {
        if (!_sockets.Remove(service, out var entry)) return;
        _byToken.Remove(entry.Token);
        descriptors.Remove(entry.Socket, entry.Token);
        entry.Socket.Remove();
        entry.Taker.End();
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
            // The directory was never made, or holds other files.
        }
    }

    /// <summary>Closes a socket that has no thread, with the datagrams that wait in it.</summary>
    private static void Discard(NotifySocket socket) =>
        ThreadPool.UnsafeQueueUserWorkItem(static unused => unused.Dispose(), socket, preferLocal: false);

    private Errno Watch(string service, NotifySocket socket, Identity? owner)
    {
        var token = descriptors.NextToken();
        var errno = descriptors.Add(socket, EpollEvents.Readable, token, this);
        if (errno != Errno.None) return errno;
        if (DatagramTaker.TryStart(socket, () => mailbox.Post(new ProcessMessage.DatagramTaken(token))) is not { } taker)
        {
            descriptors.Remove(socket, token);
            return Errno.Again;
        }

        _sockets[service] = _byToken[token] = new Entry(socket, owner, token, taker);
        events.Add(new FleetEvent.NotifySocketOpened(service));
        return errno;
    }

    /// <summary>Rejects an existing directory that may belong to another user, as in /tmp.</summary>
    private string? Unusable()
    {
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly);
            // Workers of other users need to reach their sockets, whatever the daemon's umask is.
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

    private sealed record Entry(NotifySocket Socket, Identity? Owner, ulong Token, DatagramTaker Taker);
}
