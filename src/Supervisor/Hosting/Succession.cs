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

    private Succession(Inheritance inheritance, FormerGuard guard, int lost) =>
        (Inheritance, Guard, Lost) = (inheritance, guard, lost);

    public Inheritance Inheritance { get; }

    public FormerGuard Guard { get; }

    /// <summary>Processes that cannot be taken over, as their descriptors are gone.</summary>
    public int Lost { get; }

    /// <summary>The names under which a daemon stores its guard and its state.</summary>
    public static (string Guard, string State) NamesOf(int guard) =>
        (string.Create(CultureInfo.InvariantCulture, $"{GuardPrefix}{guard}"),
            string.Create(CultureInfo.InvariantCulture, $"{StatePrefix}{guard}"));

    /// <summary>True for the name of a descriptor that <see cref="TryTake"/> uses.</summary>
    public static bool Knows(string name) =>
        name.StartsWith(GuardPrefix, StringComparison.Ordinal) || name.StartsWith(StatePrefix, StringComparison.Ordinal);

    /// <summary>
    /// Takes over what a dead daemon has left. If that cannot be done, its workers are killed.
    /// </summary>
    /// <param name="given">The descriptors of the service manager, which this method closes.</param>
    /// <param name="problem">The reason why the workers cannot be taken over; null if there are none.</param>
    public static Succession? TryTake(
        IReadOnlyList<GivenDescriptor> given, ControllerOffer controllers, out string? problem)
    {
        problem = null;
        Succession? taken = null;
        foreach (var one in given.Where(one => one.Name.StartsWith(GuardPrefix, StringComparison.Ordinal)))
        {
            var number = one.Name[GuardPrefix.Length..];
            var state = given.FirstOrDefault(other => other.Name == StatePrefix + number);
            if (taken is not null || state is null) continue;
            var guard = new FormerGuard(new Descriptor(one.File.Release()));
            // Not the guard of a daemon that has stopped, or that has been replaced.
            if (guard.Claim() == Errno.None) taken = TryTake(guard, state.File, controllers, out problem);
            else guard.Dispose();
        }

        foreach (var one in given) one.File.Dispose();
        return taken;
    }

    private static Succession? TryTake(
        FormerGuard guard, Descriptor file, ControllerOffer controllers, out string? problem)
    {
        var records = RecordLog.TryRead(file, out problem);
        var state = records is null ? null : StateRecords.TryJoin(records, out problem);
        var resolved = state is null ? null : new KeptState(state, new KeptDescriptors(guard)).TryResolve();
        var inheritance = resolved is null ? null : Inherited.WithSpecs(resolved, controllers, out problem);
        if (inheritance is not null)
            return new Succession(
                inheritance with { IsOfAnotherProcess = true }, guard, state!.Workers - inheritance.State.Workers);
        problem ??= "the control socket of the former daemon is gone";
        guard.Release();
        return null;
    }
}
