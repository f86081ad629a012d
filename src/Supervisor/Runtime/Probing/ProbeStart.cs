using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Processes;

namespace Reuseportd.Runtime.Probing;

/// <summary>The start of a probe's command.</summary>
internal sealed class ProbeStart(
    LaunchPad launchPad, WorkerProcess process, ServiceSpec spec, ValueList<Template> command, ProbeKind kind, TimeSpan timeout)
    : Start
{
    public WorkerProcess Process { get; } = process;

    public WorkerName Worker { get; } = process.Slot.Name;

    public ServiceSpec Spec { get; } = spec;

    public ValueList<Template> Command { get; } = command;

    public ProbeKind Kind { get; } = kind;

    public TimeSpan Timeout { get; } = timeout;

    public override int Descriptors => 1;

    public override bool EndsWithDaemon => true;

    /// <summary>True if the probe's timeout has passed. Only the loop uses it.</summary>
    public bool IsLate { get; set; }

    /// <summary>True if the result was reported. Only the loop uses it.</summary>
    public bool IsAnswered { get; set; }

    public override void OnHeld() => launchPad.RestoreQuota(Process, Spec);

    protected override void Launch(Spawner spawner)
    {
        Error = launchPad.LaunchProbe(spawner, Control, Spec, Worker, Process, Command, out var spawned);
        Spawned = spawned;
    }
}
