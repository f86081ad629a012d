using System.Diagnostics.CodeAnalysis;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.Output;

/// <summary>
/// The files that the output of workers goes to, each open once however many streams share it. Only the supervisor's thread uses
/// it; what may take its time, the opening, is done beside it. A file stays open for as long as a stream goes there.
/// </summary>
internal sealed class FileTable(IFileOwners owners, OutputLoop output, Mailbox mailbox, ILogger log, TimeProvider time)
{
    /// <summary>For a file system that does not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<FileKey, Entry> _entries = [];
    private readonly List<Entry> _unused = [];

    /// <summary>Has the files of a process opened, where they are not.</summary>
    /// <param name="again">Called when one more is open, or cannot be opened.</param>
    /// <returns>Whether <see cref="TryTake"/> has an answer.</returns>
    public bool Prepare(ProcessSpec process, Action again)
    {
        Entry? awaited = null;
        foreach (var target in (ReadOnlySpan<OutputTarget>)[process.Stdout, process.Stderr])
        {
            // Without an account there is no process either; whoever makes it says so.
            if (KeyOf(process, target, out _) is not { } key) continue;
            if (!_entries.TryGetValue(key, out var entry)) _entries.Add(key, entry = Begin(key));
            if (entry.IsOpening) awaited = entry;
        }

        awaited?.Waiting.Add(again);
        return awaited is null;
    }

    /// <summary>The files of a process that is to be started. Each is to be released at the end of its stream.</summary>
    /// <param name="error">As <c>open stdout=/var/log/web.log: EACCES</c>.</param>
    public bool TryTake(ProcessSpec process, out WorkerFile? stdout, out WorkerFile? stderr, [NotNullWhen(false)] out SpawnError? error)
    {
        stderr = null;
        if (!TryTake(process, OutputStream.Stdout, out stdout, out error)) return false;
        if (TryTake(process, OutputStream.Stderr, out stderr, out error)) return true;
        Release(stdout);
        stdout = null;
        return false;
    }

    public void Release(WorkerFile? file)
    {
        if (file is null || !_entries.TryGetValue(file.Key, out var entry) || --entry.Users > 0) return;
        _entries.Remove(file.Key);
        output.Close(file);
    }

    /// <summary>A file that <see cref="Prepare"/> asked for is there, or not.</summary>
    public void Take(OutputMessage.FileOpened opened)
    {
        // Whoever wanted it has gone.
        if (!_entries.TryGetValue(opened.Key, out var entry))
        {
            if (opened.File is { } unwanted) output.Close(new WorkerFile(opened.Key, unwanted));
            return;
        }

        entry.IsOpening = false;
        entry.Errno = opened.Errno;
        entry.File = opened.File is { } file ? new WorkerFile(opened.Key, file) : null;
        foreach (var again in entry.Waiting) again();
        entry.Waiting.Clear();
        _unused.Add(entry);
    }

    /// <summary>Forgets what was opened in vain; to be called when nobody is on the way to take it.</summary>
    public void Sweep()
    {
        foreach (var entry in _unused)
        {
            // By now there may be another under its key.
            if (entry.Users > 0 || _entries.GetValueOrDefault(entry.Key) != entry) continue;
            _entries.Remove(entry.Key);
            if (entry.File is { } file) output.Close(file);
        }

        _unused.Clear();
    }

    /// <summary>
    /// Opens all of them again, for a user who has renamed some. If a file cannot be opened, the one that is open stays.
    /// </summary>
    public void Reopen(OutputMessage.ReopenFiles reopen) => _ = ReopenAsync().ContinueWith(
        done => done.IsCompletedSuccessfully ? reopen.Done.TrySetResult(done.Result) : reopen.Done.TrySetException(done.Exception!),
        TaskScheduler.Default);

    /// <returns>Files that could not be opened. Completed when nothing more is written to a former file.</returns>
    private async Task<ValueList<UnopenedFile>> ReopenAsync()
    {
        var all = await Task.WhenAll(_entries.Values.Select(entry => entry.File).OfType<WorkerFile>().Select(ReopenAsync));
        return new([.. all.OfType<UnopenedFile>().Distinct().OrderBy(file => file.Path, StringComparer.Ordinal)]);
    }

    private async Task<UnopenedFile?> ReopenAsync(WorkerFile file)
    {
        var (opened, errno) = await OpenAsync(file.Key);
        if (opened is null)
        {
            log.ReopenFailed(file.Key.Path, errno);
            return new UnopenedFile(file.Key.Path, errno);
        }

        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        output.Do(() => file.Replace(opened, () => closed.TrySetResult()));
        try
        {
            await closed.Task.WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            // The disk of the former one hangs; whatever is written from now on goes to the new one.
        }

        return null;
    }

    private bool TryTake(ProcessSpec process, OutputStream stream, out WorkerFile? file, [NotNullWhen(false)] out SpawnError? error)
    {
        (file, error) = (null, null);
        var target = stream == OutputStream.Stdout ? process.Stdout : process.Stderr;
        if (KeyOf(process, target, out error) is not { } key) return error is null;
        // There is none where the account was not known when it was asked for, and is now.
        if (_entries.GetValueOrDefault(key) is not { File: not null } entry)
        {
            var errno = _entries.GetValueOrDefault(key)?.Errno ?? Errno.Again;
            error = owners.NotOpened(process, $"{LineSource.NameOf(stream)}={key.Path}", errno);
            return false;
        }

        entry.Users++;
        file = entry.File;
        return true;
    }

    /// <returns>Null for what is no file, and for an account that is not known.</returns>
    private FileKey? KeyOf(ProcessSpec process, OutputTarget target, out SpawnError? error)
    {
        error = null;
        if (target is not OutputTarget.File file) return null;
        return owners.TryIdentity(process, out var identity, out error) ? new FileKey(file.Path, identity) : null;
    }

    private Entry Begin(FileKey key)
    {
        _ = PostAsync(key);
        return new Entry(key);
    }

    private async Task PostAsync(FileKey key)
    {
        var (opened, errno) = await OpenAsync(key);
        mailbox.Post(new OutputMessage.FileOpened(key, opened, errno));
    }

    private async Task<(LineFile? File, Errno Errno)> OpenAsync(FileKey key)
    {
        var opening = Task.Run(() => (File: output.Files.TryOpen(key, out var errno), Errno: errno));
        try
        {
            return await opening.WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            _ = opening.ContinueWith(late => late.Result.File?.Discard(), TaskScheduler.Default);
            return (null, Errno.TimedOut);
        }
    }

    private sealed class Entry(FileKey key)
    {
        public FileKey Key { get; } = key;

        public List<Action> Waiting { get; } = [];

        public bool IsOpening { get; set; } = true;

        /// <summary>Null where it could not be opened.</summary>
        public WorkerFile? File { get; set; }

        public Errno Errno { get; set; }

        /// <summary>Streams that go there.</summary>
        public int Users { get; set; }
    }
}
