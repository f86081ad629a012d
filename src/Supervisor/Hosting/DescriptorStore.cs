using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>A descriptor that an earlier daemon of this unit has stored.</summary>
internal sealed record GivenDescriptor(string Name, Descriptor File);

/// <summary>
/// The service manager's store of descriptors (FDSTORE=1 of sd_notify(3)). It outlives the daemon if the unit is restarted, by
/// hand or after a crash, and is emptied when the unit stops.
/// </summary>
internal sealed class DescriptorStore : IDisposable
{
    private readonly ManagerSocket? _manager;

    private DescriptorStore(ManagerSocket? manager) => _manager = manager;

    /// <summary>
    /// False without a service manager. True says nothing of the unit: a manager ignores a descriptor beyond the unit's
    /// <c>FileDescriptorStoreMax=</c>, which is 0 by default.
    /// </summary>
    public bool IsAvailable => _manager is not null;

    /// <param name="variable">Reads an environment variable.</param>
    public static DescriptorStore Open(Func<string, string?> variable) =>
        new(variable("NOTIFY_SOCKET") is { Length: > 0 } name ? ManagerSocket.TryOpen(name, out _) : null);

    /// <summary>
    /// Stores a copy. Does not wait. Without FDPOLL=0, the manager would drop a pidfd when its process ends.
    /// </summary>
    /// <param name="name">At most 255 printable ASCII characters without a colon. Several descriptors may have one name.</param>
    /// <returns>EAGAIN if the manager's queue is full: try again. None without a service manager.</returns>
    public Errno Store(string name, Descriptor file) =>
        _manager?.Send($"FDSTORE=1\nFDNAME={name}\nFDPOLL=0", file) ?? Errno.None;

    /// <summary>Removes all descriptors with this name. Does not wait.</summary>
    /// <inheritdoc cref="Store" path="/returns"/>
    public Errno Remove(string name) => _manager?.Send($"FDSTOREREMOVE=1\nFDNAME={name}") ?? Errno.None;

    /// <summary>
    /// The descriptors that the service manager has passed to this process (sd_listen_fds(3)); close-on-exec from now on. Can be
    /// called once: it removes the variables, which programs of the daemon must not inherit.
    /// </summary>
    /// <param name="isKnown">Descriptors with other names are closed.</param>
    public static List<GivenDescriptor> TakeGiven(Func<string, bool> isKnown)
    {
        var passed = PassedDescriptors.Read(Environment.ProcessId, Environment.GetEnvironmentVariable);
        foreach (var variable in PassedDescriptors.Variables) Environment.SetEnvironmentVariable(variable, null);
        return Own(passed, isKnown);
    }

    internal static List<GivenDescriptor> Own(IEnumerable<(int Number, string Name)> passed, Func<string, bool> isKnown)
    {
        var given = new List<GivenDescriptor>();
        foreach (var (number, name) in passed)
        {
            // EBADF: the variable has a wrong count, and the number may later become a descriptor of the daemon.
            if (ProgramReplacement.Keep(number, keep: false) != Errno.None) continue;
            var file = new Descriptor(number);
            if (isKnown(name)) given.Add(new GivenDescriptor(name, file));
            else file.Dispose();
        }

        return given;
    }

    public void Dispose() => _manager?.Dispose();
}
