namespace Reuseportd.Linux.Seccomp;

internal enum CallKind
{
    Bind,
    Listen,

    /// <summary>landlock_restrict_self(2): from now on the process may have no right to bind.</summary>
    Confine,
}

/// <summary>A system call that waits for an answer: its number and its arguments.</summary>
/// <param name="Id">Identifies the call for its answer.</param>
/// <param name="Thread">Thread that called; 0 if it is in another pid namespace.</param>
/// <param name="Address">Of a bind: the address of the socket address in the memory of the process.</param>
/// <param name="Length">Of a bind: the length of the socket address. Of a listen: the backlog.</param>
internal readonly record struct BindCall(ulong Id, int Thread, CallKind Kind, int Descriptor, ulong Address, int Length);
