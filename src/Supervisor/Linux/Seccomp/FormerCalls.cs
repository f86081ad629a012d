namespace Reuseportd.Linux.Seccomp;

/// <summary>What an earlier daemon leaves of the calls of its workers.</summary>
/// <param name="Unanswered">Calls that it has received and not answered; those of other workers do not count.</param>
/// <param name="IsConfined">True if a process of the worker has restricted itself by Landlock.</param>
internal sealed record FormerCalls(IReadOnlyList<BindCall> Unanswered, bool IsConfined);
