using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;

namespace Reuseportd.Runtime.Processes;

/// <summary>The start of a worker's process.</summary>
/// <param name="spec">The service's specification at the beginning of the start.</param>
/// <param name="notifySocket">The path of the socket for readiness notifications; null if readiness does not need one.</param>
/// <param name="serial">Number that identifies the process in epoll, in messages and in outcomes.</param>
internal sealed class WorkerStart(
    LaunchPad launchPad, ulong serial, WorkerSlot slot, int generation, ServiceSpec spec, Account account, string? notifySocket)
    : Start, IPendingStart
{
    private LaunchResult _result = new();

    /// <summary>The slot that gets the process. A rolling update exchanges the starts of two slots.</summary>
    public WorkerSlot Slot { get; private set; } = slot;

    public int Generation { get; } = generation;

    public ServiceSpec Spec { get; } = spec;

    public Account Account { get; } = account;

    public string? NotifySocket { get; } = notifySocket;

    /// <summary>The file for the output; null for the log.</summary>
    public WorkerFile? Stdout { get; init; }

    /// <inheritdoc cref="Stdout"/>
    public WorkerFile? Stderr { get; init; }

    public override int Descriptors { get; } = DescriptorBudget.For(spec.Process);

    /// <summary>The name of the process's control group; null without one.</summary>
    public string? Group => _result.Group;

    /// <summary>The loop's record of the started process.</summary>
    public WorkerProcess MakeProcess(Spawned spawned, TimeSpan now)
    {
        var credentials = LaunchPad.CredentialsOf(Spec.Process, Account);
        return new WorkerProcess(
            serial, Slot, Generation, spawned.Process, spawned.Program, Account, credentials, Spec, now)
        {
            Group = Group,
            GroupId = _result.GroupId,
            Method = _result.Method,
            LastWords = new LastWords(spawned.Stdout is not null, spawned.Stderr is not null),
            Pipes = (spawned.Stdout is null ? 0 : 1) + (spawned.Stderr is null ? 0 : 1),
        };
    }

    void IPendingStart.MoveTo(WorkerSlot slot) => Slot = slot;

    void IPendingStart.Stop() => Control.Stop();

    public override void Discard()
    {
        base.Discard();
        if (Group is { } group) launchPad.Abandon(group);
    }

    public override bool TryDiscard()
    {
        if (!base.TryDiscard()) return false;
        // Other processes of the group may need time to end.
        if (Group is { } group) _ = SlowCalls.Run(() => launchPad.Abandon(group));
        return true;
    }

    protected override void Launch(Spawner spawner)
    {
        var launch = new WorkerLaunch(serial, Spec, Slot.Name, Generation, Account, NotifySocket);
        _result = launchPad.Launch(spawner, Control, launch);
        (Error, Spawned) = (_result.Error, _result.Spawned);
    }
}
