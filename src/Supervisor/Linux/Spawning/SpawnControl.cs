using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>
/// A start that is under way on another thread: how far it is, and the means to end it. Nothing here waits for that thread, nor
/// for the process that it waits for.
/// </summary>
internal sealed unsafe class SpawnControl
{
    private readonly Lock _gate = new();
    private Native.Result* _result;
    private SpawnRequest? _request;
    private SpawnError _before = new("start", "", Errno.TimedOut);
    private int _made = -1;
    private bool _isStopped;
    private bool _isMade;

    /// <summary>Pid of the process, from its first moment on; null where there is none.</summary>
    public int? Pid
    {
        get
        {
            lock (_gate) return (_result == null ? _made : Volatile.Read(ref _result->Pid)) is > 0 and var pid ? pid : null;
        }
    }

    public bool IsStopped
    {
        get
        {
            lock (_gate) return _isStopped;
        }
    }

    /// <summary>What is begun now, ahead of the spawner's own steps.</summary>
    /// <param name="value">What it is done with, as a path.</param>
    public void Reach(string step, string value)
    {
        lock (_gate) _before = new SpawnError(step, value, Errno.TimedOut);
    }

    /// <summary>
    /// The process is sent SIGKILL, and the start fails, if it has not come about already. To be called again while the start is
    /// under way: it may not have made its process yet.
    /// </summary>
    /// <returns>False where the start has come about: its process is not touched.</returns>
    public bool Stop()
    {
        lock (_gate)
        {
            if (_isMade) return false;
            _isStopped = true;
            if (_result != null) Kill();
            return true;
        }
    }

    /// <summary>Where it stands, as the error of a start that takes too long.</summary>
    /// <param name="barrier">What to say of that.</param>
    public SpawnError Held(string? barrier = null)
    {
        lock (_gate)
        {
            var error = _result == null ? _before : SpawnSteps.Describe(
                (SpawnStep)Volatile.Read(ref *(int*)&_result->Reached), Volatile.Read(ref _result->Index), Errno.TimedOut, _request!);
            return error with { Barrier = barrier };
        }
    }

    /// <summary>From here on the shim fills the result.</summary>
    /// <returns>False where the start is not wanted any more.</returns>
    internal bool TryEnter(Native.Result* result, SpawnRequest request)
    {
        lock (_gate)
        {
            if (_isStopped) return false;
            _result = result;
            _request = request;
            return true;
        }
    }

    /// <summary>The result belongs to the spawner again.</summary>
    /// <returns>Whether <see cref="Stop"/> was called: the process must not live on.</returns>
    internal bool Leave()
    {
        lock (_gate)
        {
            _made = _result->Error == 0 ? _result->Pid : -1;
            _isMade = _made > 0 && !_isStopped;
            // It may have been stopped when it had no process yet.
            if (_isStopped) Kill();
            _result = null;
            _request = null;
            return _isStopped;
        }
    }

    private void Kill()
    {
        if (Volatile.Read(ref _result->Pidfd) is >= 0 and var number) _ = Libc.PidfdSendSignal(number, Signal.Kill.Number);
        else if (Volatile.Read(ref _result->Pid) is > 0 and var pid) KillChild(pid);
    }

    /// <summary>Without a pidfd the number may be another's by now, unless that is a child of ours too.</summary>
    private static void KillChild(int pid)
    {
        using var process = Pidfd.Open(pid, out _);
        if (process is not null && ProcessEntry.Of(pid)?.Parent == Environment.ProcessId) process.SendSignal(Signal.Kill);
    }
}
