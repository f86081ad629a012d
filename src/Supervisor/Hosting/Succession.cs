using System.Globalization;
using Reuseportd.Configuration.Reading;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Runtime.Handover;

namespace Reuseportd.Hosting;

/// <summary>
/// The fleet of a daemon that has died. The service manager has kept the socket of its guard, and the file of its state. The
/// guard has the other descriptors.
/// </summary>
internal sealed class Succession
{
    private const string GuardPrefix = "guard-";
    private const string StatePrefix = "state-";

    private Succession(Inheritance inheritance, FormerGuard guard) => (Inheritance, Guard) = (inheritance, guard);

    public Inheritance Inheritance { get; }

    public FormerGuard Guard { get; }

    /// <inheritdoc cref="Inheritance.Lost"/>
    public int Lost => Inheritance.Lost;

    /// <summary>The names under which a daemon stores its guard and its state.</summary>
    public static (string Guard, string State) NamesOf(int guard) =>
        (string.Create(CultureInfo.InvariantCulture, $"{GuardPrefix}{guard}"),
            string.Create(CultureInfo.InvariantCulture, $"{StatePrefix}{guard}"));

    /// <summary>The names under which the daemon of a state has stored its descriptors.</summary>
    public static IReadOnlyList<string> NamesOf(SavedDaemon state)
    {
        if (state.Resources.StoredAs is not { } id) return [];
        var (guard, file) = NamesOf(id);
        return [guard, file];
    }

    /// <summary>True for the name of a descriptor that <see cref="TryTake"/> uses.</summary>
    public static bool Knows(string name) =>
        name.StartsWith(GuardPrefix, StringComparison.Ordinal) || name.StartsWith(StatePrefix, StringComparison.Ordinal);

    /// <summary>
    /// Takes over what a dead daemon has left. If that cannot be done, its workers are killed.
    /// </summary>
    /// <param name="given">The descriptors of the service manager, which this method closes.</param>
    /// <param name="problem">The reason why the workers cannot be taken over; null if there are none.</param>
    /// <param name="isSilent">
    /// True if a guard did not answer. It may have the workers and the control socket of the former daemon, so no other daemon
    /// can start.
    /// </param>
    public static Succession? TryTake(
        IReadOnlyList<GivenDescriptor> given, ControllerOffer controllers, out string? problem, out bool isSilent)
    {
        problem = null;
        isSilent = false;
        Succession? taken = null;
        // A daemon may have died while it took the workers over from an earlier one, so that both guards live.
        foreach (var (guard, state, obstacle) in Left(given).OrderByDescending(left => left.State?.Succession ?? -1))
        {
            if (taken is not null) guard.End();
            else if (!guard.IsSilent) taken = TryTake(guard, state, controllers, problem = obstacle, out problem);
            if (!guard.IsSilent) continue;
            (isSilent, problem) = (true, "the guard of the former daemon does not answer");
            break;
        }

        foreach (var one in given) one.File.Dispose();
        return taken;
    }

    /// <summary>The guards that live, each with its state, or with the reason why that cannot be used.</summary>
    private static List<(FormerGuard Guard, SavedDaemon? State, string? Obstacle)> Left(IReadOnlyList<GivenDescriptor> given)
    {
        List<(FormerGuard, SavedDaemon?, string?)> left = [];
        foreach (var one in given.Where(one => one.Name.StartsWith(GuardPrefix, StringComparison.Ordinal)))
        {
            var file = given.FirstOrDefault(other => other.Name == StatePrefix + one.Name[GuardPrefix.Length..])?.File;
            var guard = new FormerGuard(new Descriptor(one.File.Release()));
            // Not the guard of a daemon that has stopped, or that has been replaced.
            if (guard.Claim() != Errno.None && !guard.IsSilent)
            {
                guard.Dispose();
                continue;
            }

            string? problem = "the service manager has no state of it";
            var records = file is null ? null : RecordLog.TryRead(file, out problem);
            left.Add((guard, records is null ? null : StateRecords.TryJoin(records, out problem), problem));
        }

        return left;
    }

    private static Succession? TryTake(
        FormerGuard guard, SavedDaemon? state, ControllerOffer controllers, string? obstacle, out string? problem)
    {
        problem = obstacle;
        var resolved = state is null ? null : new KeptState(state, new KeptDescriptors(guard)).TryResolve();
        if (guard.IsSilent) return null;
        var inheritance = resolved is null ? null : Inherited.WithReadableSpecs(resolved, controllers);
        if (inheritance is not null)
        {
            problem = null;
            var lost = state!.Lost + state.Workers - inheritance.State.Workers;
            return new Succession(inheritance with { IsOfAnotherProcess = true, Lost = lost }, guard);
        }

        problem ??= "the control socket of the former daemon is gone";
        guard.ReleaseAndWait();
        return null;
    }
}
