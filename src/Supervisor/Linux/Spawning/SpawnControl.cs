using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>
/// The control of a start on another thread: its progress, and a way to stop it. No method waits for that thread or for the
/// process that it waits for.
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

    /// <summary>Pid of the process from its creation; null if there is none.</summary>
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

    /// <summary>Records a step of the daemon that precedes the spawner's own steps.</summary>
    /// <param name="value">The argument of the step, such as a path.</param>
    public void Reach(string step, string value)
    {
        lock (_gate) _before = new SpawnError(step, value, Errno.TimedOut);
    }

    /// <summary>
    /// Sends SIGKILL to the process, so that the start fails, unless it has already succeeded. Repeat the call during the start:
    /// the process may not exist yet.
    /// </summary>
    /// <returns>False if the start has succeeded: its process is not killed.</returns>
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

    /// <summary>The present step, as the error of a start that takes too long.</summary>
    /// <param name="barrier">The cause to report.</param>
    public SpawnError Held(string? barrier = null)
    {
        lock (_gate)
        {
            var error = _result == null ? _before : SpawnSteps.Describe(
                (SpawnStep)Volatile.Read(ref *(int*)&_result->Reached), Volatile.Read(ref _result->Index), Errno.TimedOut,
                _request!);
            return error with { Barrier = barrier };
        }
    }

    /// <summary>From now on the shim writes the result.</summary>
    /// <returns>False if the start was stopped.</returns>
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

    /// <summary>The shim no longer writes the result.</summary>
    /// <returns>True if <see cref="Stop"/> was called: the process must be killed.</returns>
    internal bool Leave()
    {
        lock (_gate)
        {
            _made = _result->Error == 0 ? _result->Pid : -1;
            _isMade = _made > 0 && !_isStopped;
            // Stop may have been called before the process existed.
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

    /// <summary>Without a pidfd, another process may have the number by now, unless it is a child of the daemon.</summary>
    private static void KillChild(int pid)
    {
        using var process = Pidfd.Open(pid, out _);
        if (process is not null && ProcessEntry.Of(pid)?.Parent == Environment.ProcessId) process.SendSignal(Signal.Kill);
    }
}
