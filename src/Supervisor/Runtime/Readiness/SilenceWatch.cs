using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Readiness;

/// <summary>
/// Notices workers whose preload library never says a word, and has it found out why: when their output has ended, or
/// when they have been silent for a while. Whether those serve the kernel is asked from then on.
/// </summary>
internal sealed class SilenceWatch(string preload, Mailbox mailbox, SocketWatch sockets) : IDeadlineOwner
{
    /// <summary>The library speaks before main; a program on a busy machine may need this long to get there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<ulong, Silent> _silent = [];
    private readonly Dictionary<ulong, WorkerProcess> _speaking = [];
    private readonly DeadlineQueue<ulong> _deadlines = new();

    public void Expect(WorkerProcess process, TimeSpan now)
    {
        _silent.Add(process.Serial, new Silent(process));
        _speaking.Add(process.Serial, process);
        process.IsSpeaking = true;
        _deadlines.Add(process.Serial, now + Patience);
    }

    /// <summary>
    /// That it is loaded is not the last word: a wrapper says so, and then executes a program that takes no library.
    /// </summary>
    public void Heard(ulong process, BindOutcome outcome)
    {
        if (outcome.Kind is not (OutcomeKind.Loaded or OutcomeKind.Lost)) _silent.Remove(process);
        else if (_silent.TryGetValue(process, out var silent)) silent.WasLoaded = true;
    }

    /// <summary>All that the process wrote has been read: what was not heard by now was not said.</summary>
    public void StreamEnded(ulong process)
    {
        if (_speaking.Remove(process, out var spoke)) spoke.IsSpeaking = false;
        if (_silent.Remove(process, out var silent) && !silent.WasLoaded) Explain(silent);
    }

    public TimeSpan? NextWait(TimeSpan now) => _deadlines.NextWait(now);

    public void Pass(TimeSpan now)
    {
        while (_deadlines.TryTake(now, out var serial, out _))
        {
            if (!_silent.Remove(serial, out var silent)) continue;
            Explain(silent);
            sockets.Expect(silent.Process, now);
        }
    }

    /// <summary>Reads files, so it is done beside the loop.</summary>
    private void Explain(Silent silent)
    {
        var (process, wasLoaded) = (silent.Process, silent.WasLoaded);
        var (pid, program, credentials) = (process.Handle.Pid, process.Program, process.Credentials);
        // Once it is reaped the number may be another's.
        var running = process.Slot.Process == process && !process.Handle.HasEnded;
        // The kernel may have been asked already.
        var isUnproven = process.IsStarting || process is { KernelPorts.Count: > 0, Serving.Count: 0 };
        if (wasLoaded && !(running && isUnproven)) return;
        Task.Run(() =>
        {
            var diagnosis = PreloadDiagnosis.Of(running ? pid : null, program, preload, credentials);
            // It may just be slow to bind.
            if (wasLoaded && diagnosis.Reason is PreloadReason.LoadedSilently or PreloadReason.Unknown) return;
            mailbox.Post(new ReadinessMessage.SilenceExplained(process, diagnosis));
        });
    }

    private sealed class Silent(WorkerProcess process)
    {
        public WorkerProcess Process { get; } = process;

        public bool WasLoaded { get; set; }
    }
}
