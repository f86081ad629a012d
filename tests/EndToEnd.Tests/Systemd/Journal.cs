using System.Diagnostics;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>The journal of the machine as it grows.</summary>
internal sealed class Journal : IDisposable
{
    private readonly object _gate = new();
    private readonly List<JournalEntry> _entries = [];
    private readonly Process _follower;
    private int _from;

    /// <param name="follow">A journalctl that follows.</param>
    public Journal(ProcessStartInfo follow)
    {
        _follower = Process.Start(follow)!;
        _follower.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null or "") return;
            lock (_gate) _entries.Add(new JournalEntry(line.Data));
        };
        _follower.ErrorDataReceived += (_, _) => { };
        _follower.BeginOutputReadLine();
        _follower.BeginErrorReadLine();
    }

    /// <summary>Entries of the current test.</summary>
    public JournalEntry[] Entries
    {
        get
        {
            lock (_gate) return [.. _entries.Skip(_from)];
        }
    }

    /// <summary>Drops the entries before this entry.</summary>
    public void Forget(JournalEntry before)
    {
        lock (_gate) _from = _entries.IndexOf(before) + 1;
    }

    /// <summary>The first entry of this test that matches, present or future.</summary>
    /// <param name="after">Only entries after this entry.</param>
    public async Task<JournalEntry> WaitAsync(string what, Func<JournalEntry, bool> matches, JournalEntry? after = null)
    {
        JournalEntry? found = null;
        int next;
        lock (_gate) next = after is null ? _from : _entries.IndexOf(after) + 1;
        await Deadline.UntilAsync(
            () =>
            {
                // The test checks each entry once.
                lock (_gate)
                    while (found is null && next < _entries.Count)
                        if (matches(_entries[next++])) found = _entries[next - 1];
                return found is not null;
            },
            what);
        return found!;
    }

    /// <summary>The first event of this kind, of that worker.</summary>
    public Task<JournalEntry> EventAsync(string kind, string? service = null, int? worker = null, JournalEntry? after = null) =>
        WaitAsync(
            $"{kind} {service}@{worker}",
            entry => entry.Event == kind && (service is null || entry.IsOf(service, worker)),
            after);

    public void Dispose()
    {
        _follower.Kill();
        _follower.Dispose();
    }
}
