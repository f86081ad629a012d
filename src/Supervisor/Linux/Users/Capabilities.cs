using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Users;

/// <summary>Capabilities of this process, one bit each.</summary>
internal static class Capabilities
{
    /// <summary>The effective set of the calling thread.</summary>
    public static unsafe ulong Effective()
    {
        Libc.CapabilitySets sets;
        return Libc.GetCapabilities(&sets) == 0 ? sets.Effective : 0;
    }

    /// <summary>The permitted set of the calling thread: the process can give no others to a child with another user.</summary>
    public static unsafe ulong Permitted()
    {
        Libc.CapabilitySets sets;
        return Libc.GetCapabilities(&sets) == 0 ? sets.Permitted : 0;
    }

    /// <summary>The bounding set: no descendant of this process can have others (prctl(2), PR_CAPBSET_READ).</summary>
    public static ulong Bounding()
    {
        var set = 0UL;
        for (var number = 0; number < Capability.Names.Count; number++)
            if (Libc.ProcessControl(Libc.ReadBoundingSet, (nuint)number) == 1) set |= new Capability(number).Bit;
        return set;
    }
}
