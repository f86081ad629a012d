using Reuseportd.Linux;
using Reuseportd.Model;
using Reuseportd.Observability;
using Reuseportd.Planning;

namespace Reuseportd.Runtime;

/// <summary>What is put into the mailbox of the loop that owns the fleet.</summary>
internal abstract record Message
{
    private Message() { }

    /// <summary>Nobody takes it any more: whoever waits for its answer is told so.</summary>
    public virtual void Refuse() { }

    /// <summary>A worker's preload library said something.</summary>
    /// <param name="Process">Serial number of the process, unique in the daemon's life.</param>
    internal sealed record OutcomeSeen(ulong Process, BindOutcome Outcome) : Message;

    /// <summary>A stream of a worker came to its end: nothing it wrote is still on its way.</summary>
    internal sealed record StreamEnded(ulong Process) : Message;

    /// <summary>A stream that went to this file has ended.</summary>
    internal sealed record FileReleased(WorkerFile File) : Message;

    /// <summary>A file was opened, or could not be.</summary>
    internal sealed record FileOpened(FileKey Key, LineFile? File, Errno Errno) : Message
    {
        public override void Refuse() => File?.Discard();
    }

    /// <summary>Open again all files that output goes to.</summary>
    /// <param name="Done">Completed when nothing more is written to the former ones, with those that could not be opened.</param>
    internal sealed record ReopenFiles(TaskCompletionSource<ValueList<UnopenedFile>> Done) : Message
    {
        public override void Refuse() => Done.TrySetResult([]);
    }

    /// <summary>Ports that sockets of a process serve, as the kernel was asked (where no outcome lines come).</summary>
    internal sealed record PortsSeen(ulong Process, ValueList<int> Ports) : Message;

    /// <summary>Ports that a process was seen to serve when it had settled; null where the kernel does not tell.</summary>
    internal sealed record PortsChecked(ulong Process, ValueList<int>? Ports) : Message;

    /// <summary>A process's sockets have its worker's share of new connections.</summary>
    internal sealed record Placed(ulong Process) : Message;

    /// <summary>A process that is given nothing new still has this many connections.</summary>
    internal sealed record Holds(ulong Process, int Connections) : Message;

    /// <summary>A process that is given nothing new has nothing left, or nothing is to be waited for.</summary>
    internal sealed record Drained(ulong Process) : Message;

    /// <summary>The others of its groups keep their shares when this process ends: it may be told to.</summary>
    internal sealed record Expected(ulong Process) : Message;

    /// <summary>That a process has ended has been seen by who steers: another may come.</summary>
    internal sealed record Departed(ulong Process) : Message;

    /// <summary>A process accepts nothing while others do, and is given nothing new; or it accepts again.</summary>
    internal sealed record Stalled(ulong Process, bool IsStuck) : Message;

    /// <summary>A process that accepts nothing is to be replaced.</summary>
    internal sealed record FoundStuck(ulong Process, TimeSpan After) : Message;

    /// <summary>Why a process's library never said a word.</summary>
    internal sealed record SilenceExplained(WorkerProcess Process, PreloadReason Cause, string Reason) : Message;

    /// <summary>A start has come to its end, be it a process or a failure.</summary>
    internal sealed record Launched(Start Start) : Message
    {
        public override void Refuse() => Start.Discard();
    }

    /// <summary>The account that a service runs as was looked up.</summary>
    /// <param name="Account">Null where it is not known.</param>
    /// <param name="IsLate">It takes too long; another answer follows.</param>
    internal sealed record AccountFound(Accounts.Entry Entry, Account? Account, string? Problem, bool IsLate) : Message;

    /// <summary>A probe has ended.</summary>
    /// <param name="Failure">Null where the worker serves; else why it does not, for people.</param>
    internal sealed record ProbeAnswered(ulong Process, ProbeKind Kind, string? Failure) : Message;

    /// <summary>Resident memory of workers with all that they started.</summary>
    internal sealed record MemorySeen(IReadOnlyList<(ulong Process, ulong Bytes)> Bytes) : Message;

    /// <summary>
    /// A child ended, where no <see cref="SupervisorOptions.ChildSignal"/> says so. Workers are heard by their pidfds; this is
    /// for the others.
    /// </summary>
    internal sealed record ChildEnded : Message;

    /// <summary>Make the fleet be this.</summary>
    /// <param name="Done">Completed when all that the change touched has settled.</param>
    internal sealed record Converge(FleetSpec Desired, TaskCompletionSource<ConvergeResult> Done) : Message
    {
        public override void Refuse() => Done.TrySetCanceled();
    }

    /// <summary>Do what somebody asks of workers.</summary>
    /// <param name="Names">All of them have to stand for something.</param>
    /// <param name="Wait">Whether the answer comes when all of them have settled; else at once.</param>
    /// <param name="By">Who asks, for the log.</param>
    internal sealed record Command(
        FleetCommand What, ValueList<NamePattern> Names, bool Wait, string By, TaskCompletionSource<CommandResult> Done) : Message
    {
        public override void Refuse() => Done.TrySetCanceled();
    }

    /// <summary>Who waits for this answer has waited long enough: it is given as things are.</summary>
    /// <param name="Answer">Of a <see cref="Command"/> or a <see cref="Converge"/>.</param>
    internal sealed record AnswerNow(Task Answer) : Message;

    /// <summary>Stop every worker; the loop ends when the last one has.</summary>
    internal sealed record StopAll : Message;

    internal sealed record TakeSnapshot(TaskCompletionSource<FleetSnapshot> Done) : Message
    {
        /// <summary>
        /// Called ahead of looking: from here on the snapshot may lack what has been done since somebody asked.
        /// </summary>
        public Action? Begin { get; init; }

        public override void Refuse() => Done.TrySetCanceled();
    }

    /// <summary>Asks whether the loop still turns.</summary>
    internal sealed record Ping(Action Answer) : Message;
}

/// <summary>A file that could not be opened again, so that output goes on to the one that is open.</summary>
internal sealed record UnopenedFile(string Path, Errno Errno);

/// <summary>What a change did, in services.</summary>
/// <param name="NotReady">
/// Workers of the services that it touched that have failed, wait for their next try, or are still on their way.
/// </param>
internal sealed record ConvergeResult(
    int Added, int Changed, int Removed, int Unchanged, FleetCounts Counts, ValueList<WorkerSnapshot> NotReady)
{
    /// <summary>Whether some were still on their way when who asked had waited long enough.</summary>
    public bool TimedOut { get; init; }

    /// <summary>
    /// Connections that processes of the services that it touched still had when the time of their draining was over.
    /// </summary>
    public int Cut { get; init; }

    /// <summary>Services that are what they were, as no process of what they were to become got ready.</summary>
    public ValueList<string> RolledBack { get; init; }

    public static ConvergeResult Of(FleetPlan plan, FleetCounts counts, ValueList<WorkerSnapshot> notReady, int rolledBack = 0) => new(
        plan.Count<PlanStep.Add>(),
        plan.Count<PlanStep.Replace>() + plan.Count<PlanStep.Adjust>() - rolledBack,
        plan.Count<PlanStep.Remove>(),
        plan.Unchanged,
        counts,
        notReady);
}
