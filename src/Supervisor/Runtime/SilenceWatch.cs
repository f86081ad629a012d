using Reuseportd.Linux;
using Reuseportd.Model;

namespace Reuseportd.Runtime;

/// <summary>
/// Notices workers whose preload library never says a word, and has it found out why: when their output has ended, or
/// when they have been silent for a while. Whether those serve the kernel is asked from then on.
/// </summary>
internal sealed class SilenceWatch(string preload, Mailbox mailbox, SocketWatch sockets)
{
    /// <summary>The library speaks before main; a program on a busy machine may need this long to get there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<ulong, WorkerProcess> _silent = [];
    private readonly DeadlineQueue<ulong> _deadlines = new();

    public void Expect(WorkerProcess process, TimeSpan now)
    {
        _silent.Add(process.Serial, process);
        _deadlines.Add(process.Serial, now + Patience);
    }

    public void Heard(ulong process) => _silent.Remove(process);

    /// <summary>All that the process wrote has been read: what was not heard by now was not said.</summary>
    public void StreamEnded(ulong process)
    {
        if (_silent.Remove(process, out var silent)) Explain(silent, running: false);
    }

    public TimeSpan? NextWait(TimeSpan now) => _deadlines.NextWait(now);

    public void Pass(TimeSpan now)
    {
        while (_deadlines.TryTake(now, out var serial, out _))
        {
            if (!_silent.Remove(serial, out var silent)) continue;
            Explain(silent, running: true);
            sockets.Expect(silent, now);
        }
    }

    /// <summary>Reads files, so it is done beside the loop.</summary>
    private void Explain(WorkerProcess process, bool running)
    {
        var (name, pid, program, identity) = (process.Slot.Name, process.Handle.Pid, process.Program, process.Identity);
        Task.Run(() =>
        {
            var diagnosis = PreloadDiagnosis.Of(running ? pid : null, program, preload, identity);
            mailbox.Post(new Message.SilenceExplained(name, pid, Text(diagnosis)));
        });
    }

    private static string Text(PreloadDiagnosis diagnosis) => diagnosis.Reason switch
    {
        PreloadReason.NotElf => $"not ELF: {diagnosis.Detail}",
        PreloadReason.StaticallyLinked => $"statically linked: {diagnosis.Detail}",
        PreloadReason.SetIdentity => $"set-uid, set-gid or with file capabilities: {diagnosis.Detail}",
        PreloadReason.DifferentArchitecture => $"made for another architecture: {diagnosis.Detail}",
        PreloadReason.DifferentLibc => $"made for another libc: {diagnosis.Detail}",
        PreloadReason.LibraryMissing => $"the library is missing: {diagnosis.Detail}",
        PreloadReason.LibraryNotReadable => $"the worker's user cannot read the library: {diagnosis.Detail}",
        PreloadReason.EnvironmentCleared => $"LD_PRELOAD was taken out of the environment before {diagnosis.Detail} was executed",
        PreloadReason.LoadedSilently => "the library is loaded, but its lines went elsewhere",
        PreloadReason.ExitedBeforeMain => $"exited before main: {diagnosis.Detail}",
        _ => $"nothing in {diagnosis.Detail} or its environment explains it",
    };
}
