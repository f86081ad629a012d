using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Planning;

namespace Reuseportd.Diagnosis;

/// <summary>Why a worker does not serve, or does not share its port.</summary>
internal abstract record Cause
{
    private Cause() { }

    /// <summary>The preload library is not in the process, for a reason that a user can remedy.</summary>
    internal sealed record NoLibrary(PreloadReason Reason) : Cause;

    /// <summary>Another socket has the port.</summary>
    /// <param name="Endpoint">Of the bind that failed.</param>
    /// <param name="Holder">The process that has the port now; null where none has.</param>
    /// <param name="Filter">Why the worker does not share the socket by its own filters; null where it does.</param>
    internal sealed record PortTaken(string Endpoint, Holder? Holder, Conflict Conflict, FilterMismatch? Filter) : Cause
    {
        /// <summary>Whether the bind was of the worker's replacement.</summary>
        public bool IsReplacement { get; init; }

        /// <summary>What helps where the old and the new process cannot run at the same time.</summary>
        public UpdateRemedy? Remedy { get; init; }

        /// <summary>When the daemon tries the bind again; null where it does not.</summary>
        public NextTry? Next { get; init; }
    }

    /// <summary>The port is below 1024, and the worker's user may not bind it (ip(7)).</summary>
    /// <param name="User">As <c>www-data (33)</c>.</param>
    internal sealed record PortDenied(string Endpoint, string User) : Cause;

    /// <summary>The process bound no socket that the filters of the worker contain.</summary>
    internal sealed record BoundElsewhere(string Endpoint, FilterMismatch Why) : Cause;

    /// <summary>The worker has failed: only a command starts it again.</summary>
    internal sealed record HasFailed(string Service) : Cause;

    /// <summary>Neither the old nor the new process has the preload library, so the two cannot share a port.</summary>
    internal sealed record NeitherHasLibrary(UpdateRemedy Remedy) : Cause;
}

/// <summary>A process that has a port.</summary>
/// <param name="Worker">Null where the process is no worker.</param>
/// <param name="Pid">Null where the daemon cannot see the process.</param>
internal sealed record Holder(WorkerName? Worker, int? Pid, string? Program);

/// <summary>When the daemon tries a bind again.</summary>
/// <param name="IsLate">Whether the process must be late first; else its backoff must end.</param>
internal sealed record NextTry(string Service, bool IsLate);

/// <summary>Why the filters of a worker do not contain a socket.</summary>
internal abstract record FilterMismatch
{
    private FilterMismatch() { }

    internal sealed record OfAddress(string Address) : FilterMismatch;

    internal sealed record OfPort(PortFilter Filter, int Port) : FilterMismatch;
}

/// <summary>Why the two sockets do not share the port.</summary>
internal abstract record Conflict
{
    private Conflict() { }

    /// <summary>The other socket is closed by now.</summary>
    internal sealed record Gone : Conflict;

    /// <summary>The worker's own filters do not contain the socket: <see cref="Cause.PortTaken.Filter"/>.</summary>
    internal sealed record OwnFilter : Conflict;

    /// <summary>The kernel shares a port among sockets of one user only.</summary>
    internal sealed record OtherUser(string Holder, string Own) : Conflict;

    /// <summary><c>reuseport.reuse_port</c> of the worker's service is not true.</summary>
    internal sealed record OwnSharingOff : Conflict;

    /// <summary>The holder is no worker.</summary>
    internal sealed record Stranger : Conflict;

    /// <summary>The filters of the holder do not contain the socket.</summary>
    /// <param name="Service">The holder's service; null for the worker's own.</param>
    internal sealed record HolderFilter(FilterMismatch Why, string? Service) : Conflict;

    /// <summary>The preload library is not in the holder.</summary>
    internal sealed record HolderHasNoLibrary : Conflict;

    /// <summary><c>reuseport.reuse_port</c> of the holder is not true.</summary>
    /// <param name="Service">As of <see cref="HolderFilter"/>.</param>
    internal sealed record HolderSharingOff(string? Service) : Conflict;

    /// <summary>The holder shares the port: another socket was in the way, and is closed by now.</summary>
    internal sealed record HolderShares : Conflict;

    /// <summary>The holder is a worker that does not share the port, for no known reason.</summary>
    internal sealed record Unexplained : Conflict;
}
