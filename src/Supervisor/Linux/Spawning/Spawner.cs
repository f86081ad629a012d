using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>
/// Starts processes by the shim of Native/Spawning/spawn.c. For one thread that lives as long as the daemon: the kernel kills a
/// worker together with the thread that started it (<see cref="SpawnRequest.DieWithParent"/>).
/// </summary>
internal sealed unsafe class Spawner : IDisposable
{
    /// <summary>setresuid(2) and setresgid(2) read this value as "unchanged": the worker would stay root.</summary>
    private const uint Unchanged = uint.MaxValue;

    /// <summary>Time between two checks of a killed process that does not end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly LimitPair? _descriptors;
    private readonly int? _niceness;
    private readonly bool _diesWithParent;
    private readonly NativeArena _arena = new();
    private readonly Guard? _guard;
    private readonly Native.Result* _result;

    /// <summary>Killed processes that are not reaped: a tracer holds their exits (ptrace(2)).</summary>
    private readonly List<Pidfd> _traced = [];
    private nint _handle;

    /// <param name="descriptors">
    /// Limit of descriptors for processes without a limit of their own: the daemon's limit before
    /// <see cref="Descriptors.RaiseLimit"/>.
    /// </param>
    /// <param name="guard">Told of every process before its program runs.</param>
    /// <param name="niceness">For processes without a niceness of their own; null for that of the thread.</param>
    /// <param name="diesWithParent">False if no process dies with the thread that started it.</param>
    /// <exception cref="LinuxException">No memory or no descriptors are left.</exception>
    public Spawner(LimitPair? descriptors = null, Guard? guard = null, int? niceness = null, bool diesWithParent = true)
    {
        (_descriptors, _niceness, _guard, _diesWithParent) = (descriptors, niceness, guard, diesWithParent);
        nint opened;
        var error = Native.OpenSpawner(guard?.Handle ?? 0, &opened);
        if (error != 0) throw new LinuxException("spawner", new Errno(error));
        _handle = opened;
        _result = (Native.Result*)NativeMemory.AllocZeroed((nuint)sizeof(Native.Result));
    }

    /// <summary>Starts a process; returns after its exec or its failure. The process's user or a disk can delay that.</summary>
    /// <param name="control">Lets another thread stop the start; null if none does.</param>
    public bool TrySpawn(
        SpawnRequest request,
        [NotNullWhen(true)] out Spawned? spawned,
        [NotNullWhen(false)] out SpawnError? error,
        SpawnControl? control = null)
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        spawned = null;
        _traced.RemoveAll(Reap);
        error = Refuse(request);
        if (error is not null) return false;

        if (request.Identity is { } identity && UserDatabase.IsOwn(identity)) request = request with { Identity = null };
        if (!_diesWithParent) request = request with { DieWithParent = false };
        if (_niceness is { } usual) request = request with { Nice = request.Nice ?? usual };
        var native = SpawnMarshal.Fill(_arena, request, _descriptors);
        *_result = new Native.Result { Pid = -1, Pidfd = -1, Reached = SpawnStep.Pipe, Listener = -1 };
        if (control?.TryEnter(_result, request) == false)
        {
            error = control.Held();
            return false;
        }

        _ = Native.Spawn(_handle, &native, _result);
        var isStopped = control?.Leave() == true;
        error = _result->Error != 0 ? SpawnSteps.Describe(_result->Step, _result->Index, new Errno(_result->Error), request)
            : isStopped ? SpawnSteps.Describe(_result->Reached, _result->Index, Errno.TimedOut, request)
            : null;
        if (error is null) spawned = Spawned(request);
        else Abandon();
        return error is null;
    }

    public void Dispose()
    {
        _traced.ForEach(process => process.Dispose());
        Native.CloseSpawner(_handle);
        NativeMemory.Free(_result);
        _handle = 0;
        _arena.Dispose();
    }

    private Spawned Spawned(SpawnRequest request) => new(
        new Pidfd(_result->Pidfd, _result->Pid),
        _result->Stdout < 0 ? null : new Pipe(_result->Stdout),
        _result->Stderr < 0 ? null : new Pipe(_result->Stderr),
        request.Candidates[_result->Index])
    {
        BindListener = Listener(),
    };

    private Descriptor? Listener() => _result->Listener < 0 ? null : new Descriptor(_result->Listener);

    /// <summary>
    /// Reaps a process that failed, or that was killed just after its exec; in that case its process tree is killed too. A tracer
    /// can hold its exit.
    /// </summary>
    private void Abandon()
    {
        if (_result->Pidfd < 0) return;
        var process = new Pidfd(_result->Pidfd, _result->Pid);
        using var stdout = _result->Stdout < 0 ? null : new Pipe(_result->Stdout);
        using var stderr = _result->Stderr < 0 ? null : new Pipe(_result->Stderr);
        using (Listener()) { } // so that no bind of the process waits for an answer
        while (!process.HasEnded) process.WaitForEnd(Patience);
        ProcessGroup.Kill(process.Pid);
        _guard?.Forget(process.Pid);
        if (!Reap(process)) _traced.Add(process);
    }

    private static bool Reap(Pidfd process)
    {
        if (process.Wait(out var status) == Errno.None && status is null) return false;
        process.Dispose();
        return true;
    }

    private static SpawnError? Refuse(SpawnRequest request)
    {
        if (request.Arguments.Count == 0) return new SpawnError("exec", "", Errno.InvalidArgument);
        if (request.Candidates.Count == 0)
            return new SpawnError("exec", request.Arguments[0], Errno.NotFound) { Barrier = "PATH has no absolute directory" };
        if (request.Identity is { Uid: Unchanged } or { Gid: Unchanged })
            return new SpawnError("setuid", "-1", Errno.InvalidArgument);
        return SpawnMarshal.WithNul(request) is { } text ? new SpawnError("argument", text, Errno.InvalidArgument) : null;
    }
}
