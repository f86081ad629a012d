using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.Output;

/// <summary>
/// The open files for worker output. Streams with the same file share one open file, which stays open while any stream writes to
/// it. Only the supervisor's thread uses it. Files are opened on other threads, as opening can block.
/// </summary>
internal sealed class FileTable(IFileOwners owners, OutputLoop output, Mailbox mailbox, ILogger log, TimeProvider time)
{
    /// <summary>Bounds the wait for a file system that does not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<FileKey, Entry> _entries = [];
    private readonly List<Entry> _unused = [];

    /// <summary>Files that this daemon has written to: its own queue may have more for them.</summary>
    private readonly HashSet<FileKey> _written = [];

    /// <summary>Files whose open has not returned in time. Each holds one thread, however often it is asked for.</summary>
    private readonly ConcurrentDictionary<FileKey, bool> _hanging = [];

    /// <summary>Begins to open the files of a process that are not open yet.</summary>
    /// <param name="retry">Called when one of the files is open, or has failed to open.</param>
    /// <returns>True if <see cref="TryTake"/> has an answer.</returns>
    public bool Prepare(ProcessSpec process, Action retry)
    {
        Entry? awaited = null;
        foreach (var target in (ReadOnlySpan<OutputTarget>)[process.Stdout, process.Stderr])
        {
            // Without an account the process cannot start either. The code that starts the process reports that.
            if (KeyOf(process, target, out _) is not { } key) continue;
            if (!_entries.TryGetValue(key, out var entry)) _entries.Add(key, entry = Begin(key));
            if (entry.IsOpening) awaited = entry;
        }

        awaited?.Retries.Add(retry);
        return awaited is null;
    }

    /// <summary>Takes the files for a new process. Each must be released when its stream ends.</summary>
    /// <param name="error">An error such as <c>open stdout=/var/log/web.log: EACCES</c>.</param>
    public bool TryTake(
        ProcessSpec process, out WorkerFile? stdout, out WorkerFile? stderr, [NotNullWhen(false)] out SpawnError? error)
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
        if (file.HasOutput) _written.Add(file.Key);
        output.Close(file);
    }

    /// <summary>Handles a file that <see cref="Prepare"/> asked for: it is open, or has failed to open.</summary>
    public void Handle(OutputMessage.FileOpened opened)
    {
        // No start waits for the file any more.
        if (!_entries.TryGetValue(opened.Key, out var entry))
        {
            if (opened.File is { } unwanted) output.Close(new WorkerFile(opened.Key, unwanted));
            return;
        }

        entry.IsOpening = false;
        entry.Errno = opened.Errno;
        entry.File = opened.File is { } file ? new WorkerFile(opened.Key, file) : null;
        foreach (var retry in entry.Retries) retry();
        entry.Retries.Clear();
        _unused.Add(entry);
    }

    /// <summary>Closes files that no stream took. Must be called when no start is waiting for files.</summary>
    public void Sweep()
    {
        foreach (var entry in _unused)
        {
            // The key may have a newer entry by now.
            if (entry.Users > 0 || _entries.GetValueOrDefault(entry.Key) != entry) continue;
            _entries.Remove(entry.Key);
            if (entry.File is { } file) output.Close(file);
        }

        _unused.Clear();
    }

    /// <summary>
    /// Opens all files again after a user has renamed some, as log rotation does. If a file cannot be opened, the open one stays
    /// in use.
    /// </summary>
    public void Reopen(OutputMessage.ReopenFiles reopen) => _ = ReopenAsync().ContinueWith(
        done => done.IsCompletedSuccessfully
            ? reopen.Done.TrySetResult(done.Result)
            : reopen.Done.TrySetException(done.Exception!),
        TaskScheduler.Default);

    /// <returns>Files that could not be opened. Completed when no line goes to an old file any more.</returns>
    private async Task<ValueList<UnopenedFile>> ReopenAsync()
    {
        var all = await Task.WhenAll(_entries.Values.Select(entry => entry.File).OfType<WorkerFile>().Select(ReopenAsync));
        return new([.. all.OfType<UnopenedFile>().Distinct().OrderBy(file => file.Path, StringComparer.Ordinal)]);
    }

    private async Task<UnopenedFile?> ReopenAsync(WorkerFile file)
    {
        var (opened, errno) = await OpenAsync(file.Key, isFirst: false);
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
            // The old file's disk hangs. New lines already go to the new file.
        }

        return null;
    }

    private bool TryTake(
        ProcessSpec process, OutputStream stream, out WorkerFile? file, [NotNullWhen(false)] out SpawnError? error)
    {
        (file, error) = (null, null);
        var target = stream == OutputStream.Stdout ? process.Stdout : process.Stderr;
        if (KeyOf(process, target, out error) is not { } key) return error is null;
        // There is no entry if the account was unknown in Prepare and is known now.
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

    /// <returns>Null if the output goes to no file, or if the account is unknown.</returns>
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
        var (opened, errno) = await OpenAsync(key, isFirst: !_written.Contains(key));
        mailbox.Post(new OutputMessage.FileOpened(key, opened, errno));
    }

    /// <returns>
    /// ETIMEDOUT if the file system does not answer in time, and for the same file at once until it has answered. EAGAIN if
    /// there is no thread.
    /// </returns>
    private async Task<(LineFile? File, Errno Errno)> OpenAsync(FileKey key, bool isFirst)
    {
        if (_hanging.ContainsKey(key)) return (null, Errno.TimedOut);
        var opening = SlowCalls.Run(() => (File: output.Files.TryOpen(key, isFirst, out var errno), Errno: errno));
        try
        {
            return await opening.WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            _hanging[key] = true;
            _ = opening.ContinueWith(late => Discard(key, late), TaskContinuationOptions.ExecuteSynchronously);
            return (null, Errno.TimedOut);
        }
        catch (TaskSchedulerException)
        {
            return (null, Errno.Again);
        }
    }

    private void Discard(FileKey key, Task<(LineFile? File, Errno Errno)> late)
    {
        if (late.IsCompletedSuccessfully) late.Result.File?.Discard();
        _hanging.TryRemove(key, out _);
    }

    private sealed class Entry(FileKey key)
    {
        public FileKey Key { get; } = key;

        public List<Action> Retries { get; } = [];

        public bool IsOpening { get; set; } = true;

        /// <summary>Null if the file could not be opened.</summary>
        public WorkerFile? File { get; set; }

        public Errno Errno { get; set; }

        /// <summary>The number of streams that write to the file.</summary>
        public int Users { get; set; }
    }
}
