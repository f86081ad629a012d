using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// A process that a thread of the <see cref="Launcher"/> starts. It belongs to that thread from its beginning until its message is
/// taken, but for its <see cref="Control"/>.
/// </summary>
internal abstract class Start
{
    /// <summary>How far it is, and the means to end it.</summary>
    public SpawnControl Control { get; } = new();

    /// <summary>Null where it failed.</summary>
    public Spawned? Spawned { get; protected set; }

    /// <summary>Null where it came about.</summary>
    public SpawnError? Error { get; set; }

    /// <summary>The limit that it has met; null where it failed otherwise, or came about.</summary>
    public string? Limit { get; private set; }

    /// <summary>That the process will have here while it runs.</summary>
    public abstract int Descriptors { get; }

    /// <summary>When the loop began it.</summary>
    public TimeSpan Began { get; set; }

    /// <summary>It has taken so long that its thread is counted as lost. Of the loop.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Where it stood when it had taken longer than it may, and was killed; null while it has not. Of the loop.</summary>
    public SpawnError? LateError { get; set; }

    /// <summary>Nobody waits for it any more. Of the loop.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>On a thread of the launcher, which may be held up in it.</summary>
    public void Run(Spawner spawner)
    {
        try
        {
            Launch(spawner);
            Limit = Error is { } error ? StartLimits.MetBy(error) : null;
        }
#pragma warning disable CA1031 // Whatever it was: the slot waits for the end of its start.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Error = new SpawnError("start", fault.Message, Errno.None);
        }
    }

    /// <summary>Whether nobody waits for it any more once the daemon stops.</summary>
    public virtual bool EndsWithDaemon => false;

    /// <summary>It is held up. On the loop's thread.</summary>
    public virtual void OnHeld() { }

    /// <summary>Ends what came of it; nobody wants it.</summary>
    public virtual void Discard()
    {
        if (Spawned is not { } spawned) return;
        ProcessGroup.Kill(spawned.Process.Pid);
        spawned.Process.Wait(out _);
        spawned.Process.Dispose();
        spawned.Stdout?.Dispose();
        spawned.Stderr?.Dispose();
    }

    protected abstract void Launch(Spawner spawner);
}
