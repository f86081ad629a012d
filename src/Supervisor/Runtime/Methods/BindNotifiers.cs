using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Methods;

/// <summary>
/// The threads that answer bind(2) calls: one for each service with such workers. Only the loop's thread uses it.
/// </summary>
/// <param name="tell">Told of outcomes on such a thread, with the serial number of the process.</param>
/// <param name="confined">As above, of a process that restricts itself by Landlock.</param>
internal sealed class BindNotifiers(
    Action<ulong, BindOutcome> tell, Action<ulong> confined, TimeProvider time, CallRecords? records = null) : IDisposable
{
    private readonly Dictionary<string, BindNotifier> _services = [];

    /// <summary>Answers the calls of a process and its descendants until the last of them has ended.</summary>
    /// <param name="listener">The object owns it from now on, also after an error.</param>
    /// <param name="former">See <see cref="BindNotifier.Add"/>.</param>
    public Errno Add(
        string service, Descriptor listener, ReuseportSpec spec, ulong process, FormerCalls? former = null)
    {
        if (!_services.TryGetValue(service, out var notifier))
        {
            notifier = TryStart(out var errno);
            if (notifier is null)
            {
                listener.Dispose();
                return errno;
            }

            _services.Add(service, notifier);
        }

        return notifier.Add(listener, spec, process, former);
    }

    /// <summary>Ends the thread of a service that was removed.</summary>
    public void Forget(string service)
    {
        if (_services.Remove(service, out var notifier)) notifier.Dispose();
    }

    public void Dispose()
    {
        foreach (var notifier in _services.Values) notifier.Dispose();
        _services.Clear();
    }

    private BindNotifier? TryStart(out Errno errno)
    {
        try
        {
            var notifier = BindNotifier.TryStart(tell, confined, time, records);
            errno = notifier is null ? Errno.Again : Errno.None;
            return notifier;
        }
        catch (LinuxException failure)
        {
            errno = failure.Errno;
            return null;
        }
    }
}
