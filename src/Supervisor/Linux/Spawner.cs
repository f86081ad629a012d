using System.Diagnostics.CodeAnalysis;
using Reuseportd.Model;

namespace Reuseportd.Linux;

/// <summary>
/// Starts processes: the shim of Native/spawn.c. For one thread only, and one that lives as long as the daemon: the kernel
/// ends a worker together with the thread that started it (<see cref="SpawnRequest.DieWithParent"/>).
/// </summary>
internal sealed unsafe class Spawner : IDisposable
{
    /// <summary>To setresuid(2) and setresgid(2) this is no user, but "leave it": the worker would stay root.</summary>
    private const uint Unchanged = uint.MaxValue;

    private readonly LimitPair? _descriptors;
    private readonly int? _niceness;
    private readonly NativeArena _arena = new();
    private nint _handle;

    /// <param name="descriptors">
    /// Limit of descriptors for processes that set none of their own: the one that the daemon had before
    /// <see cref="Descriptors.RaiseLimit"/>.
    /// </param>
    /// <param name="guard">Is told of every process that is started, before its program runs.</param>
    /// <param name="niceness">Of processes that are given none of their own, which else have that of the thread.</param>
    /// <exception cref="LinuxException">No memory or no descriptors are left.</exception>
    public Spawner(LimitPair? descriptors = null, Guard? guard = null, int? niceness = null)
    {
        (_descriptors, _niceness) = (descriptors, niceness);
        nint opened;
        var error = Native.OpenSpawner(guard?.Handle ?? 0, &opened);
        if (error != 0) throw new LinuxException("spawner", new Errno(error));
        _handle = opened;
    }

    /// <summary>Starts a process, and returns when it has passed its exec or failed before.</summary>
    public bool TrySpawn(
        SpawnRequest request, [NotNullWhen(true)] out Spawned? spawned, [NotNullWhen(false)] out SpawnError? error)
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        spawned = null;
        error = Refuse(request);
        if (error is not null) return false;

        if (request.Identity is { } identity && IsOwn(identity)) request = request with { Identity = null };
        if (_niceness is { } usual) request = request with { Nice = request.Nice ?? usual };
        var native = SpawnMarshal.Fill(_arena, request, _descriptors);
        Native.Result result;
        if (Native.Spawn(_handle, &native, &result) != 0)
        {
            error = SpawnSteps.Describe(result.Step, result.Index, new Errno(result.Error), request);
            return false;
        }

        spawned = new Spawned(
            new Pidfd(result.Pidfd, result.Pid),
            result.Stdout < 0 ? null : new Pipe(result.Stdout),
            result.Stderr < 0 ? null : new Pipe(result.Stderr),
            request.Candidates[result.Index]);
        return true;
    }

    public void Dispose()
    {
        Native.CloseSpawner(_handle);
        _handle = 0;
        _arena.Dispose();
    }

    private static SpawnError? Refuse(SpawnRequest request)
    {
        if (request.Arguments.Count == 0) return new SpawnError("exec", "", Errno.InvalidArgument);
        if (request.Candidates.Count == 0)
            return new SpawnError("exec", request.Arguments[0], Errno.NotFound) { Barrier = "PATH has no absolute folder" };
        if (request.Identity is { Uid: Unchanged } or { Gid: Unchanged })
            return new SpawnError("setuid", "-1", Errno.InvalidArgument);
        return SpawnMarshal.WithNul(request) is { } text ? new SpawnError("argument", text, Errno.InvalidArgument) : null;
    }

    /// <summary>An ordinary user may name itself in a service, and has no right to change to what it is.</summary>
    internal static bool IsOwn(Identity identity) =>
        Libc.EffectiveUserId() is var uid and not 0 && identity.Uid == uid && identity.Gid == Libc.EffectiveGroupId();
}
