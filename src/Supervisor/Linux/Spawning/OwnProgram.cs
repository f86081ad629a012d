using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>A program of the daemon's own, which answers on stdout and ends.</summary>
internal static class OwnProgram
{
    private const int MostBytes = 64 * 1024;

    /// <summary>
    /// Runs a program on a thread of its own. The loop may reap the process as an orphan, so the exit status is unknown.
    /// </summary>
    /// <param name="patience">The program is killed after this time.</param>
    /// <returns>Its stdout; null if it did not start or did not end in time.</returns>
    /// <param name="path">Absolute.</param>
    public static Task<(string? Output, SpawnError? Error)> RunAsync(
        string path, string[] arguments, IReadOnlyDictionary<string, string> environment, TimeSpan patience, TimeProvider time)
    {
        var done = new TaskCompletionSource<(string?, SpawnError?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(Run(path, arguments, environment, patience, time));
            }
            catch (LinuxException failure)
            {
                done.SetResult((null, new SpawnError("spawner", path, failure.Errno)));
            }
        }) { IsBackground = true, Name = "program" };
        try
        {
            thread.Start();
        }
        catch (OutOfMemoryException)
        {
            // No memory, or no pid (EAGAIN).
            done.SetResult((null, new SpawnError("thread", path, Errno.Again)));
        }

        return done.Task;
    }

    private static (string? Output, SpawnError? Error) Run(
        string path, string[] arguments, IReadOnlyDictionary<string, string> environment, TimeSpan patience, TimeProvider time)
    {
        using var spawner = new Spawner();
        var request = new SpawnRequest
        {
            Arguments = [path, .. arguments], Candidates = [path],
            Environment = [.. environment.Select(one => $"{one.Key}={one.Value}")], Stdout = new OutputTarget.Journal(),
        };
        if (!spawner.TrySpawn(request, out var spawned, out var error)) return (null, error);
        using var process = spawned.Process;
        using var stdout = spawned.Stdout!;
        var text = Read(stdout, patience, time);
        if (text is null) process.SendSignal(Signal.Kill);
        process.WaitForEnd(patience);
        _ = process.Wait(out _);
        return (text, null);
    }

    /// <returns>Null if the other end was not closed in time.</returns>
    private static unsafe string? Read(Pipe pipe, TimeSpan patience, TimeProvider time)
    {
        var since = time.GetTimestamp();
        var bytes = new byte[MostBytes];
        var count = 0;
        while (count < MostBytes)
        {
            var result = pipe.Read(bytes.AsSpan(count));
            count += Math.Max(0, result.Count);
            if (result.Count > 0) continue;
            if (result.Errno != Errno.Again) break;
            var left = patience - time.GetElapsedTime(since);
            var entry = new Libc.PollEntry { Descriptor = pipe.Number, Events = Libc.PollEntry.In };
            if (left <= TimeSpan.Zero || Libc.Poll(&entry, 1, (int)Math.Ceiling(left.TotalMilliseconds)) == 0) return null;
        }

        return Encoding.UTF8.GetString(bytes, 0, count);
    }
}
