using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Messages;

/// <summary>
/// The file descriptors that the loop waits for (epoll(7)), each with the part that owns it. Only the loop's thread uses it. All
/// calls are O(1).
/// </summary>
internal sealed class DescriptorTable : IDisposable
{
    private readonly Epoll _epoll = new();
    private readonly Dictionary<ulong, IDescriptorOwner> _owners = [];

    /// <summary>The last number that was given.</summary>
    public ulong LastToken { get; private set; }

    /// <summary>A number that no descriptor in this table had before.</summary>
    public ulong NextToken() => ++LastToken;

    /// <summary>Gives larger numbers only.</summary>
    public void StartAfter(ulong token) => LastToken = Math.Max(LastToken, token);

    /// <returns>The result of <see cref="Epoll.Add"/>.</returns>
    public Errno Add(SafeHandle descriptor, EpollEvents interest, ulong token, IDescriptorOwner owner)
    {
        var errno = _epoll.Add(descriptor, interest, token);
        if (errno == Errno.None) _owners.Add(token, owner);
        return errno;
    }

    /// <summary>Changes what the table waits for. With <see cref="EpollEvents.None"/> the descriptor rests.</summary>
    public void Change(SafeHandle descriptor, EpollEvents interest, ulong token) =>
        _epoll.Modify(descriptor, interest, token);

    /// <summary>Must be called before the descriptor is closed.</summary>
    public void Remove(SafeHandle descriptor, ulong token)
    {
        _epoll.Remove(descriptor);
        _owners.Remove(token);
    }

    /// <returns>Descriptors that are ready, for <see cref="Wake"/>. Valid until the next call; empty after the timeout.</returns>
    public ReadOnlySpan<Ready> Wait(TimeSpan? timeout) => _epoll.Wait(timeout);

    /// <summary>
    /// Tells the owner of the descriptor. Does nothing if the owner has removed the descriptor since epoll reported it.
    /// </summary>
    public void Wake(Ready ready)
    {
        if (_owners.TryGetValue(ready.Token, out var owner)) owner.Wake(ready.Token);
    }

    public void Dispose() => _epoll.Dispose();
}
