using Reuseportd.Model;

namespace Reuseportd.Linux.Interop;

/// <summary>Waits for one descriptor (poll(2)). A signal does not end the wait.</summary>
internal static unsafe class DescriptorWait
{
    /// <param name="events">Bits such as <see cref="Libc.PollEntry.In"/>.</param>
    /// <returns>False if nothing has happened within the time.</returns>
    public static bool Until(Descriptor descriptor, short events, TimeSpan patience)
    {
        var entry = new Libc.PollEntry { Descriptor = descriptor.Number, Events = events };
        var since = TimeProvider.System.GetTimestamp();
        int ready;
        do
        {
            var rest = patience - TimeProvider.System.GetElapsedTime(since);
            ready = Libc.Poll(&entry, 1, Math.Max((int)Math.Ceiling(rest.TotalMilliseconds), 0));
        }
        while (ready < 0 && Libc.LastErrno == Errno.Interrupted);
        return ready > 0;
    }
}
