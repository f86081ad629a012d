using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Runtime.Handover;

namespace Reuseportd.Hosting;

/// <summary>The state of a dead daemon, with descriptors of this process.</summary>
internal sealed class KeptState(SavedDaemon state, KeptDescriptors kept)
{
    /// <summary>The bytes of unfinished lines that the former daemon had read.</summary>
    private readonly ILookup<(ulong, bool), SavedStream> _streams =
        state.Streams.ToLookup(stream => (stream.Process, stream.IsStderr));

    /// <returns>
    /// Null without the control socket. Processes that cannot be taken over are missing, and their workers start anew.
    /// </returns>
    public SavedDaemon? TryResolve()
    {
        var held = state.Resources;
        using var socket = kept.TryTake(held.Listener);
        using var heldLock = kept.TryTake(held.LockFile);
        // A listener that stays open would look like another daemon.
        if (socket is null || heldLock is null) return null;
        var (listener, lockFile) = (socket.Release(), heldLock.Release());
        var resolved = state with
        {
            Resources = held with
            {
                Guard = null, Listener = listener, LockFile = lockFile, Rings = kept.TryTake(held.Rings),
                Calls = kept.TryTake(held.Calls),
                Listeners = [.. held.Listeners.Select(Resolve).OfType<SavedListener>()],
                Sharding = held.Sharding?.Select(number => number < 0 ? number : Number(number) ?? -1).ToArray(),
            },
            Services =
            [
                .. state.Services.Select(service => service with
                {
                    Notify = Resolve(service.Notify),
                    Workers = [.. service.Workers.Select(Resolve).OfType<SavedWorker>()],
                }),
            ],
            Groups = [.. state.Groups.Select(Resolve).OfType<SavedGroup>()],
        };
        return resolved with { Streams = [.. resolved.Processes.SelectMany(StreamsOf)] };
    }

    private SavedWorker? Resolve(SavedWorker worker)
    {
        if (worker.Process is not { } process) return worker;
        if (kept.TryTakeProcess(process.Handle, process.Pid) is { } handle)
            return worker with
            {
                Process = process with
                {
                    Handle = handle, Calls = kept.TryTake(process.Calls), Stdout = kept.TryTake(process.Stdout),
                    Stderr = kept.TryTake(process.Stderr),
                },
            };
        return worker.WithoutProcess();
    }

    private SavedListener? Resolve(SavedListener listener)
    {
        if (Number(listener.Number) is not { } number) return null;
        return listener with { Number = number, LockFile = listener.LockFile is { } held ? Number(held) : null };
    }

    private SavedNotify? Resolve(SavedNotify? notify) =>
        kept.TryTake(notify?.Socket) is { } socket ? notify! with { Socket = socket } : null;

    private SavedGroup? Resolve(SavedGroup group)
    {
        var numbers = group.Numbers.Select(Number).OfType<int>().ToArray();
        return numbers.Length == group.Numbers.Length ? group with { Numbers = numbers } : null;
    }

    private IEnumerable<SavedStream> StreamsOf(SavedProcess process)
    {
        if (process.Stdout is { } stdout) yield return StreamOf(stdout.Number, isStderr: false);
        if (process.Stderr is { } stderr) yield return StreamOf(stderr.Number, isStderr: true);

        SavedStream StreamOf(int pipe, bool isStderr)
        {
            var unread = _streams[(process.Serial, isStderr)].FirstOrDefault();
            return new SavedStream(pipe, process.Serial, isStderr, unread?.Held ?? [], unread?.Continues ?? false)
            {
                LastLine = unread?.LastLine,
            };
        }
    }

    private int? Number(int number) => kept.TryTake(number) is { } taken ? taken.Release() : null;
}
