using Reuseportd.Linux.Processes;

namespace Reuseportd.Runtime.Trees;

/// <summary>Resident memory of processes with all that they started; pure, one pass over the table.</summary>
internal static class TreeMemory
{
    /// <param name="roots">Pid to the number that the answer has.</param>
    /// <returns>Bytes, shared pages counted in each process that has them.</returns>
    public static List<(ulong Root, ulong Bytes)> Of(ProcessTable table, IReadOnlyDictionary<int, ulong> roots, int pageSize)
    {
        var entries = new Dictionary<int, ProcessEntry>(table.Entries.Count);
        foreach (var entry in table.Entries) entries[entry.Pid] = entry;
        var owners = new Dictionary<int, int?>(entries.Count);
        var pages = new Dictionary<int, ulong>(roots.Count);
        foreach (var entry in table.Entries)
            if (OwnerOf(entry) is { } owner) pages[owner] = pages.GetValueOrDefault(owner) + entry.ResidentPages;
        return [.. pages.Select(sum => (roots[sum.Key], sum.Value * (ulong)pageSize))];

        // By its session, which a worker leads, or the nearest of its parents. What is on the way is remembered, circles too.
        int? OwnerOf(ProcessEntry entry)
        {
            var way = new List<int>();
            int? owner = null;
            for (ProcessEntry? at = entry; at is { } here; at = entries.TryGetValue(here.Parent, out var parent) ? parent : null)
            {
                if (owners.TryGetValue(here.Pid, out owner)) break;
                owner = roots.ContainsKey(here.Pid) ? here.Pid : roots.ContainsKey(here.Session) ? here.Session : null;
                owners[here.Pid] = owner;
                way.Add(here.Pid);
                if (owner is not null) break;
            }

            foreach (var pid in way) owners[pid] = owner;
            return owner;
        }
    }
}
