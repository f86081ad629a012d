using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>The loop's record of a service.</summary>
internal sealed class Service(ServiceSpec declared)
{
    /// <summary>The specification in the configuration files.</summary>
    public ServiceSpec Declared { get; private set; } = declared;

    /// <summary>The effective specification: <see cref="Declared"/> with the requested number of workers.</summary>
    public ServiceSpec Spec { get; private set; } = declared;

    public SlotPolicy Policy { get; private set; } = SlotPolicy.From(declared);

    /// <summary>Changes that clients requested beside the configuration files.</summary>
    public ServiceOverrides Overrides { get; private set; } = ServiceOverrides.From(declared);

    /// <summary>
    /// The highest generation of each worker that was scaled away, by worker number. A worker that returns continues from it, so
    /// that logs and marks stay unambiguous. Its size is at most the largest number of workers that the service had.
    /// </summary>
    public Dictionary<int, int> LastGiven { get; } = [];

    /// <summary>
    /// True after the service was removed from the configuration. The loop forgets the service when its last worker has stopped.
    /// </summary>
    public bool Leaving { get; private set; }

    /// <summary>True while the host is drained: no worker runs, whatever clients have requested.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>The number of workers that are to run now.</summary>
    public int Wanted => IsHeld ? 0 : Overrides.Wanted(Spec.Workers);

    /// <summary>True if the worker is to run now.</summary>
    public bool Wants(int worker) => !IsHeld && Overrides.Wants(worker);

    /// <summary>Lets no worker run until <see cref="Release"/>.</summary>
    public void Hold() => IsHeld = true;

    /// <summary>Ends the effect of <see cref="Hold"/>.</summary>
    public void Release() => IsHeld = false;

    /// <summary>Takes over a changed specification from the configuration.</summary>
    public void Adopt(ServiceSpec declared)
    {
        Overrides = Overrides.Adopt(Declared, declared);
        Declared = declared;
        Policy = SlotPolicy.From(declared);
        Want(Overrides);
    }

    /// <summary>Takes back a service that was leaving. Earlier requests of clients no longer apply.</summary>
    public void Return(ServiceSpec declared)
    {
        Leaving = false;
        Declared = declared;
        Overrides = ServiceOverrides.From(declared);
    }

    /// <summary>Lets the loop forget the service when its last worker has stopped.</summary>
    public void Retire() => Leaving = true;

    /// <summary>Takes over changed requests of clients.</summary>
    public void Want(ServiceOverrides overrides)
    {
        Overrides = overrides;
        Spec = Declared with { Workers = overrides.Workers(Declared) };
    }
}
