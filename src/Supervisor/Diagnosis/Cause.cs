using Reuseportd.Linux.Preload;
using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Methods;

namespace Reuseportd.Diagnosis;

/// <summary>A cause why a worker does not serve, or does not share its port.</summary>
internal abstract record Cause
{
    private Cause() { }

    /// <summary>The preload library is not in the process, for a reason that a user can remedy.</summary>
    /// <param name="Method">The method of the process; null if it is not known.</param>
    internal sealed record NoLibrary(PreloadReason Reason, MethodChoice? Method) : Cause;

    /// <summary>Another socket has the port.</summary>
    /// <param name="Endpoint">The endpoint of the bind or listen that failed.</param>
    /// <param name="Holder">The process that has the port now; null if no process has it.</param>
    /// <param name="Filter">The filter of the worker that does not contain the socket; null if all filters contain it.</param>
    internal sealed record PortTaken(string Endpoint, Holder? Holder, Conflict Conflict, FilterMismatch? Filter) : Cause
    {
        /// <summary>True if the worker's replacement called bind.</summary>
        public bool IsReplacement { get; init; }

        /// <summary>The remedy if the old and the new process cannot run at the same time; else null.</summary>
        public UpdateRemedy? Remedy { get; init; }

        /// <summary>The next start of the worker; null if the daemon does not start it again.</summary>
        public NextTry? Next { get; init; }

        /// <summary>True if bind succeeded and listen failed, as can happen with SO_REUSEADDR.</summary>
        public bool IsListen { get; init; }
    }

    /// <summary>The port is below 1024, and the worker's user may not bind it (ip(7)).</summary>
    /// <param name="User">Name and number: <c>www-data (33)</c>.</param>
    internal sealed record PortDenied(string Endpoint, string User) : Cause
    {
        /// <summary>The reason why <c>privileged_ports</c> has no effect; null if it has one, or is not set.</summary>
        public string? NoPrivilegedPorts { get; init; }

        /// <summary>The filter of <c>privileged_ports</c>, if it does not contain the port; else null.</summary>
        public FilterMismatch? Unlisted { get; init; }

        /// <summary>True if <c>privileged_ports</c> would permit the bind.</summary>
        public bool WouldBePermitted { get; init; }

        /// <summary>False if the daemon does not hold the capability.</summary>
        public bool CanGiveCapability { get; init; }
    }

    /// <summary><c>privileged_ports</c> has no effect, and the daemon does not see the binds of the worker.</summary>
    internal sealed record PrivilegedPortsUnused(string Reason) : Cause;

    /// <summary>The address of the failed bind belongs to no interface.</summary>
    internal sealed record AddressMissing(string Endpoint) : Cause;

    /// <summary>The process bound no socket that the filters of the worker contain.</summary>
    internal sealed record BoundElsewhere(string Endpoint, FilterMismatch Why) : Cause;

    /// <summary>The worker has failed: only a command starts it again.</summary>
    internal sealed record HasFailed(string Service) : Cause;

    /// <summary>Neither the old nor the new process has the preload library, so the two cannot share a port.</summary>
    internal sealed record NeitherHasLibrary(UpdateRemedy Remedy) : Cause;
}

/// <summary>A process that has a port.</summary>
/// <param name="Worker">Null if the process belongs to no worker.</param>
/// <param name="Pid">Null if the daemon cannot see the process.</param>
internal sealed record Holder(WorkerName? Worker, int? Pid, string? Program);

/// <summary>The next start of a worker that could not bind its port.</summary>
/// <param name="IsAfterTimeout">True if the start follows the readiness timeout; false if it follows the backoff.</param>
internal sealed record NextTry(string Service, bool IsAfterTimeout);

/// <summary>The filter of a worker that does not contain a socket.</summary>
internal abstract record FilterMismatch
{
    private FilterMismatch() { }

    internal sealed record OfAddress(string Address) : FilterMismatch;

    internal sealed record OfPort(PortFilter Filter, int Port) : FilterMismatch;
}

/// <summary>The reason why the two sockets do not share the port.</summary>
internal abstract record Conflict
{
    private Conflict() { }

    /// <summary>The other socket has been closed since.</summary>
    internal sealed record Gone : Conflict;

    /// <summary>The worker's own filters do not contain the socket: <see cref="Cause.PortTaken.Filter"/>.</summary>
    internal sealed record OwnFilter : Conflict;

    /// <summary>The kernel shares a port among sockets of one user only.</summary>
    internal sealed record OtherUser(string Holder, string Own) : Conflict;

    /// <summary><c>reuseport.reuse_port</c> of the worker's service is not true.</summary>
    internal sealed record OwnSharingOff : Conflict;

    /// <summary>The holder is a process of no worker.</summary>
    internal sealed record HolderIsNoWorker : Conflict;

    /// <summary>The filters of the holder do not contain the socket.</summary>
    /// <param name="Service">The holder's service; null if the worker belongs to the same service.</param>
    internal sealed record HolderFilter(FilterMismatch Why, string? Service) : Conflict;

    /// <summary>The preload library is not loaded in the holder.</summary>
    internal sealed record HolderHasNoLibrary : Conflict;

    /// <summary><c>reuseport.reuse_port</c> of the holder is not true.</summary>
    /// <param name="Service">The holder's service; null if the worker belongs to the same service.</param>
    internal sealed record HolderSharingOff(string? Service) : Conflict;

    /// <summary>The holder shares the port. The socket that did not has been closed since.</summary>
    internal sealed record HolderShares : Conflict;

    /// <summary>The holder is a worker that does not share the port, for no known reason.</summary>
    internal sealed record Unexplained : Conflict;
}
