using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// A process that a thread of the <see cref="Launcher"/> starts. Only that thread may use it until the loop takes its message.
/// <see cref="Control"/> is the exception.
/// </summary>
internal abstract class Start
{
    /// <summary>Tells the progress of the start, and can cancel it.</summary>
    public SpawnControl Control { get; } = new();

    /// <summary>Null if the start failed.</summary>
    public Spawned? Spawned { get; protected set; }

    /// <summary>Null if the start succeeded.</summary>
    public SpawnError? Error { get; set; }

    /// <summary>The limit that the start has reached; null if it succeeded or failed for another reason.</summary>
    public string? Limit { get; private set; }

    /// <summary>File descriptors that the daemon needs for the process while it runs.</summary>
    public abstract int Descriptors { get; }

    /// <summary>The time at which the loop began the start.</summary>
    public TimeSpan Began { get; set; }

    /// <summary>True if the start is slow, so that another thread replaces its thread. Only the loop uses it.</summary>
    public bool IsHeld { get; set; }

    /// <summary>
    /// The step at which the start was killed because of its timeout; null if it was not. Only the loop uses it.
    /// </summary>
    public SpawnError? LateError { get; set; }

    /// <summary>True if the loop no longer waits for the start. Only the loop uses it.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Runs the start on a thread of the launcher. Can block.</summary>
    public void Run(Spawner spawner)
    {
        try
        {
            Launch(spawner);
            Limit = Error is { } error ? StartLimits.MetBy(error) : null;
        }
#pragma warning disable CA1031 // The slot waits for the end of its start, whatever the exception is.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Error = new SpawnError("start", fault.Message, Errno.None);
        }
    }

    /// <summary>True if the start is cancelled when the daemon stops.</summary>
    public virtual bool EndsWithDaemon => false;

    /// <summary>Called on the loop's thread when the start turns out to be slow.</summary>
    public virtual void OnHeld() { }

    /// <summary>Ends the started process, as no part of the daemon wants it.</summary>
    public virtual void Discard()
    {
        if (Spawned is not { } spawned) return;
        ProcessGroup.Kill(spawned.Process.Pid);
        spawned.Process.Wait(out _);
        Close(spawned);
    }

    /// <summary>Reaps a killed process if it has ended, and ends its process group. Does not block.</summary>
    /// <returns>False if the process runs, or if a tracer holds its exit (ptrace(2)).</returns>
    public virtual bool TryDiscard()
    {
        if (Spawned is not { } spawned) return true;
        if (!spawned.Process.HasEnded) return false;
        ProcessGroup.Kill(spawned.Process.Pid);
        if (spawned.Process.Wait(out var status) == Errno.None && status is null) return false;
        Close(spawned);
        return true;
    }

    protected abstract void Launch(Spawner spawner);

    private static void Close(Spawned spawned)
    {
        spawned.Process.Dispose();
        spawned.Stdout?.Dispose();
        spawned.Stderr?.Dispose();
        spawned.BindListener?.Dispose();
    }
}
