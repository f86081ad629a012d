using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Seccomp;

/// <summary>
/// The effective capabilities of the thread that answers. A bind on a copy of a socket is judged by the rights of that thread:
/// with those of the daemon, a program could bind port 80 without CAP_NET_BIND_SERVICE. So the thread has only the right to
/// trace, and of the network's capabilities those of the thread that called. For one thread.
/// </summary>
internal sealed unsafe class BorrowedCapabilities
{
    private static readonly ulong Trace = BitOf("sys_ptrace");
    private static readonly ulong Network = BitOf("net_bind_service") | BitOf("net_admin") | BitOf("net_raw");

    private ulong? _present;

    /// <summary>From now on the thread has the rights of the caller, as far as the daemon has them.</summary>
    /// <returns>
    /// False if the caller's rights are unknown, or of another kind: those of another user namespace, SELinux domain or AppArmor
    /// profile. The thread then has no right for the network, and only the kernel can judge the call.
    /// </returns>
    public bool TryTakeFrom(Caller caller)
    {
        var wanted = caller.EffectiveCapabilities & Network;
        var isEqual = wanted is not null && (wanted == 0 || caller.IsInOwnUserNamespace) && caller.HasOwnLabel;
        return TryUse(isEqual ? wanted!.Value : 0) && isEqual;
    }

    private bool TryUse(ulong borrowed)
    {
        if (_present == borrowed) return true;
        Libc.CapabilitySets sets;
        _present = null;
        if (Libc.GetCapabilities(&sets) != 0) return false;
        sets.Effective = sets.Permitted & (Trace | borrowed);
        if (Libc.SetCapabilities(&sets) != 0) return false;
        _present = borrowed;
        return true;
    }

    private static ulong BitOf(string name) => Capability.TryParse(name)!.Value.Bit;
}
