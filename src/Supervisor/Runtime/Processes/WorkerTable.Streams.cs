using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Output;

namespace Reuseportd.Runtime.Processes;

/// <content>Streams of processes, and processes of an earlier program of this process.</content>
internal sealed partial class WorkerTable
{
    /// <summary>Processes whose pipes wait for their files.</summary>
    public HashSet<ulong> Unconnected { get; } = [];

    /// <summary>Takes over a process that an earlier daemon has started, and that the guard knows.</summary>
    /// <param name="calls">Reports the calls of the process that the daemon answers; null if it answers none.</param>
    /// <param name="unanswered">Calls that the earlier daemon has received and not answered, of any process.</param>
    /// <exception cref="LinuxException">The process cannot be watched.</exception>
    public void Adopt(
        WorkerProcess process, IReadOnlyList<AdoptedPipe> pipes, Descriptor? calls, IReadOnlyList<BindCall> unanswered)
    {
        Enter(process);
        // The facts of its tree come from /proc while it runs.
        _ = process.Tree(isReaped: false);
        if (calls is not null)
        {
            process.Descriptors.NoteCalls(calls);
            // An error is no reason to end a process that serves. Its further binds fail.
            _ = notifiers.Add(
                process.Slot.Name.Service, calls, process.Slot.Spec.Process.Reuseport, process.Serial,
                new FormerCalls(unanswered, process.IsConfined));
        }

        var watched = descriptors.Add(process.Handle, ExitOnce, process.Serial, this);
        if (watched != Errno.None) throw new LinuxException("epoll_ctl", watched);
        if (process.Method.IsObserved) output.Kernel?.Add(SourceOf(process, process.Slot.Spec.Process.Reuseport));
        var opened = pipes.Select(pipe => Reopen(process, pipe)).ToArray();
        ConnectPipes();

        // An account may be found late, and a file system may not answer. The pipes are not read before the files are open.
        void ConnectPipes()
        {
            var spec = process.Slot.Spec.Process;
            Unconnected.Add(process.Serial);
            var hasFile = spec.Stdout is OutputTarget.File || spec.Stderr is OutputTarget.File;
            if (hasFile && !launchPad.PrepareIdentity(spec, ConnectPipes)) return;
            if (!files.Prepare(spec, ConnectPipes)) return;
            Unconnected.Remove(process.Serial);
            if (!files.TryTake(spec, out var stdout, out var stderr, out var error))
                log.SpawnFailed(process.Slot.Name, error);
            foreach (var (adopted, stream, pipe) in opened)
                Connect(pipe, process, stream, adopted.IsStderr ? stderr : stdout, adopted: adopted);
        }
    }

    /// <summary>Another daemon may follow before the files are open.</summary>
    private (AdoptedPipe Adopted, OutputStream Stream, Pipe Pipe) Reopen(WorkerProcess process, AdoptedPipe adopted)
    {
        var (stream, pipe) = (StreamOf(adopted), new Pipe(adopted.Number));
        process.Descriptors.NotePipe(stream, pipe);
        output.Keep(process.Serial, stream, new UnfinishedLine(adopted.Held, adopted.Continues));
        return (adopted, stream, pipe);
    }

    private static OutputStream StreamOf(AdoptedPipe pipe) => pipe.IsStderr ? OutputStream.Stderr : OutputStream.Stdout;

    private static OutcomeSource SourceOf(WorkerProcess process, ReuseportSpec reuseport) => new(
        process.Serial, process.Slot.Name, process.Handle.Pid, reuseport.Interface, IsLogged: reuseport.Debug);

    private void Connect(
        Pipe? pipe, WorkerProcess process, OutputStream stream, WorkerFile? file, OutcomeSource? outcomes = null,
        AdoptedPipe? adopted = null)
    {
        if (pipe is null) return;
        process.Descriptors.NotePipe(stream, pipe);
        var source = WorkerLog.Open(process.Slot.Name, process.Handle.Pid, stream);
        var tree = process.Tree(isReaped: false);
        var connected = new WorkerStream(pipe, process.Serial, tree, source, process.Slot.Spec.Logging, file)
        {
            LastWords = process.LastWords,
            Outcomes = outcomes,
        };
        if (adopted is not null) Resume(connected, adopted);
        output.Add(connected);
    }

    private static void Resume(WorkerStream stream, AdoptedPipe adopted)
    {
        stream.Splitter.Resume(adopted.Held, adopted.Continues);
        if (stream.LastWords is not { } words) return;
        if (adopted.LastLine is { Length: > 0 } line) words.Add(stream.Source.Stream, [.. line, (byte)'\n']);
        if (!adopted.Continues) words.Add(stream.Source.Stream, adopted.Held);
    }
}
