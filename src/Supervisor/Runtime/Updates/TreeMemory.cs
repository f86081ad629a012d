using Reuseportd.Linux.Processes;

namespace Reuseportd.Runtime.Updates;

/// <summary>Resident memory of processes and their descendants. Pure, one pass over the table.</summary>
internal static class TreeMemory
{
    /// <param name="roots">Pid of each root, with the number that identifies the root in the result.</param>
    /// <returns>Bytes. Shared pages count for each process that maps them.</returns>
    public static List<(ulong Root, ulong Bytes)> Sum(ProcessTable table, IReadOnlyDictionary<int, ulong> roots, int pageSize)
    {
        var entries = new Dictionary<int, ProcessEntry>(table.Entries.Count);
        foreach (var entry in table.Entries) entries[entry.Pid] = entry;
        var owners = new Dictionary<int, int?>(entries.Count);
        var pages = new Dictionary<int, ulong>(roots.Count);
        foreach (var entry in table.Entries)
            if (OwnerOf(entry) is { } owner) pages[owner] = pages.GetValueOrDefault(owner) + entry.ResidentPages;
        return [.. pages.Select(sum => (roots[sum.Key], sum.Value * (ulong)pageSize))];

        // The owner is the worker that leads the process's session, or the nearest ancestor. Remembering the path also ends
        // cycles.
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
