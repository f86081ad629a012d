using Reuseportd.Linux.Preload;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Binds;

/// <summary>
/// Notices workers whose preload library writes no line, when their output ends or after a timeout, and has the reason found.
/// From then on the kernel is asked for their ports.
/// </summary>
internal sealed class SilenceWatch(string preload, Mailbox mailbox, SocketWatch sockets) : IDeadlineOwner
{
    /// <summary>
    /// The library writes its first line before main. A program on a busy machine may need this long to get there.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<ulong, Silent> _silent = [];
    private readonly HashSet<ulong> _speaking = [];
    private readonly HashSet<ulong> _unexplained = [];
    private readonly DeadlineQueue<ulong> _deadlines = new();

    /// <summary>
    /// True while outcome lines of the preload library may still be unread, or the reason for their absence is not known yet.
    /// This can last beyond the process's end.
    /// </summary>
    public bool IsOpen(WorkerProcess process) => _speaking.Contains(process.Serial) || _unexplained.Contains(process.Serial);

    public void Watch(WorkerProcess process, TimeSpan now)
    {
        _silent.Add(process.Serial, new Silent(process));
        _speaking.Add(process.Serial);
        _deadlines.Add(process.Serial, now + Patience);
    }

    /// <summary>
    /// A loaded library is not the last word. A wrapper may report it and then execute a program without the library.
    /// </summary>
    public void Heard(ulong process, BindOutcome outcome)
    {
        if (outcome.Kind is not (OutcomeKind.Loaded or OutcomeKind.Lost)) _silent.Remove(process);
        else if (_silent.TryGetValue(process, out var silent)) silent.WasLoaded = true;
    }

    /// <summary>
    /// Handles the end of a stream. All its lines have been read, so a line that has not arrived was never written.
    /// </summary>
    public void StreamEnded(ulong process)
    {
        _speaking.Remove(process);
        if (_silent.Remove(process, out var silent) && !silent.WasLoaded) Explain(silent);
    }

    /// <summary>Must be called when the search for a reason is over.</summary>
    public void Explained(ulong process) => _unexplained.Remove(process);

    public TimeSpan? NextWait(TimeSpan now) => _deadlines.NextWait(now);

    public void HandleDue(TimeSpan now)
    {
        while (_deadlines.TryTake(now, out var serial, out _))
        {
            if (!_silent.Remove(serial, out var silent)) continue;
            Explain(silent);
            if (!silent.Process.Method.IsObserved) sockets.Watch(silent.Process, now);
        }
    }

    /// <summary>Runs on another thread, as it reads files.</summary>
    private void Explain(Silent silent)
    {
        var (process, wasLoaded) = (silent.Process, silent.WasLoaded);
        var (pid, program, credentials) = (process.Handle.Pid, process.Program, process.Credentials);
        // After the reaping, the pid may belong to another process.
        var running = process.Slot.Process == process && !process.Handle.HasEnded;
        // The kernel may have reported ports or sockets already.
        var isUnproven = process.IsStarting || process is { Served: { KernelPorts.Count: > 0, Sockets.Count: 0 } }
            or { Method.IsObserved: true, Served.Sockets.Count: > 0 };
        if (wasLoaded && !(running && isUnproven)) return;
        _unexplained.Add(process.Serial);
        // Commands wait for the answer, also for none.
        _ = SlowCalls.Run(Diagnose).ContinueWith(
            found => mailbox.Post(
                new BindMessage.SilenceExplained(process, found.IsCompletedSuccessfully ? found.Result : null)),
            TaskContinuationOptions.ExecuteSynchronously);

        PreloadDiagnosis? Diagnose()
        {
            var diagnosis = PreloadDiagnosis.For(running ? pid : null, program, preload, credentials);
            // The program may only be slow to bind.
            return wasLoaded && diagnosis.Reason is PreloadReason.LoadedSilently or PreloadReason.Unknown ? null : diagnosis;
        }
    }

    private sealed class Silent(WorkerProcess process)
    {
        public WorkerProcess Process { get; } = process;

        public bool WasLoaded { get; set; }
    }
}
