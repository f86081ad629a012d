using System.Globalization;
using Reuseportd.Linux.Sharding;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Handover;

/// <summary>The conditions that a state must meet before a daemon restores it. Pure.</summary>
internal static class HandoverRules
{
    private const int FirstDescriptor = 3;
    private const int MostDescriptor = 1 << 30;

    /// <returns>The first condition that the state does not meet; null if it meets all.</returns>
    /// <exception cref="FormatException">The state of a slot cannot be restored.</exception>
    public static string? Problem(SavedDaemon state)
    {
        if (HasGap(state)) return "a list has an empty entry";
        if (state.Resources.Sharding is { } programs && programs.Length != ShardingPrograms.NumberCount)
            return "the programs of sharding";
        if (WorkersWithTwoSlots(state) is { } twice) return twice;
        if (state.Totals is { } totals && !(totals.LoopDelay.IsSound && Array.TrueForAll(totals.Services, one => one.IsSound)))
            return "a counter below 0";
        var processes = new Dictionary<ulong, SavedProcess>();
        foreach (var worker in state.Services.SelectMany(service => service.Workers))
        {
            if (ProblemOf(worker) is { } problem) return problem;
            if (worker.Process is not { } process) continue;
            if (process.Serial == 0 || process.Serial > state.LastToken || !processes.TryAdd(process.Serial, process))
                return Text($"serial {process.Serial}");
        }

        if (state.Groups.FirstOrDefault(group => !SavedGroups.IsSound(group)) is { } unsound)
            return Text($"the group of port {unsound.Port}");
        if (state.Groups.Select(SavedGroups.Restore).DistinctBy(group => group.Steered.Key).Count() < state.Groups.Length)
            return "two groups with one key";
        if (state.Streams.FirstOrDefault(stream => !processes.ContainsKey(stream.Process)) is { } stray)
            return Text($"a stream of the process with serial {stray.Process}");
        return null;
    }

    /// <summary>
    /// The first descriptor that cannot be one, or that the state names twice. For descriptors that the daemon has taken over.
    /// </summary>
    public static string? ProblemOfDescriptors(SavedDaemon state)
    {
        var bad = state.Descriptors.GroupBy(number => number)
            .FirstOrDefault(group => group.Count() > 1 || group.Key is < FirstDescriptor or > MostDescriptor);
        return bad is null ? null : Text($"descriptor {bad.Key}");
    }

    private static string? WorkersWithTwoSlots(SavedDaemon state)
    {
        foreach (var service in state.Services)
        {
            var own = service.Workers.Where(worker => !worker.IsReplacement);
            if (own.GroupBy(worker => worker.Index).FirstOrDefault(group => group.Count() > 1) is { } twice)
                return Text($"worker {twice.Key} twice");
        }

        return null;
    }

    /// <summary>True if a list has an entry without a value, which the serializer permits.</summary>
    private static bool HasGap(SavedDaemon state)
    {
        if (IsGap(state.Services) || IsGap(state.Streams) || IsGap(state.Groups)) return true;
        if (IsGap(state.Resources.Listeners)) return true;
        if (state.Totals is { } totals
            && (IsGap(totals.Services) || IsGap(totals.Cpu ?? []) || IsGap(totals.Drops ?? []) || IsGap(totals.Given ?? [])))
            return true;
        if (state.Groups.Any(group => IsGap(group.Services))) return true;
        if (state.Services.Any(service => IsGap(service.Workers))) return true;
        var processes = state.Services.SelectMany(service => service.Workers).Select(worker => worker.Process);
        return processes.OfType<SavedProcess>().Any(process => IsGap(process.Binds) || IsGap(process.Sockets));

        static bool IsGap(IEnumerable<object?> list) => list.Contains(null);
    }

    private static string? ProblemOf(SavedWorker worker)
    {
        var state = SavedSlots.Restore(worker.Slot).State;
        if (worker.Index < 0 || worker.Slot is { Generation: < 0 } or { Restarts: < 0 } or { Streak: < 0 })
            return Text($"worker {worker.Index}");
        if (state.HasProcess != worker.Process is not null) return Text($"worker {worker.Index} in state {state.Kind}");
        return worker.Process is { Pid: <= 1 } process ? Text($"pid {process.Pid}") : null;
    }

    private static string Text(FormattableString what) => what.ToString(CultureInfo.InvariantCulture);
}
