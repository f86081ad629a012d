using System.Globalization;
using System.Text;
using Reuseportd.Configuration.Reading;
using Reuseportd.Hosting;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Runtime.Handover;

namespace Runtime.Tests.Harness;

/// <summary>
/// The fleet that a loop has handed over, with copies of its descriptors, as the guard keeps them. <see cref="Dispose"/> ends
/// its processes, and asserts that no process is left.
/// </summary>
internal sealed class Kept : IDisposable
{
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC of fcntl(2)

    private static readonly ControllerOffer NoControllers = new([], "a test has none");

    public Kept(HandedOver left)
    {
        State = Copy(
            new SavedDaemon(
                SavedDaemon.PresentForm, "test", 0, left.LastToken, new SavedResources(null, 1000, 1001, null, null, null),
                left.Services, [])
            {
                Settings = DaemonSpec.Default, Groups = [], Mark = "1-2", Host = left.Host,
            });
    }

    /// <summary>The numbers of descriptors are those of the copies.</summary>
    public SavedDaemon State { get; }

    private int[] Pids => [.. State.Processes.Select(process => process.Pid)];

    /// <summary>True while all of its processes run.</summary>
    public bool IsWhole => Pids.All(pid => OwnProcess.Stat(pid) is { State: not 'Z' });

    /// <summary>The records of a state, as a daemon that has died leaves them.</summary>
    public static Dictionary<string, byte[]> RecordsOf(SavedDaemon state)
    {
        var records = new Dictionary<string, byte[]>
        {
            [StateRecords.Daemon] = HandoverText.Write(state with { Services = [], Streams = [], Groups = [], Totals = null }),
        };
        foreach (var (service, number) in state.Services.Select((service, number) => (service, number)))
        {
            var name = $"s{number.ToString(CultureInfo.InvariantCulture)}";
            records[StateRecords.KeyOf(name)] = StateRecords.Write(service with { Workers = [] });
            foreach (var (worker, slot) in service.Workers.Select((worker, slot) => (worker, slot)))
                records[StateRecords.KeyOf(name, slot.ToString(CultureInfo.InvariantCulture))] = StateRecords.Write(worker);
        }

        if (state.Host is not null) records[StateRecords.Host] = StateRecords.Write(state.Host);
        return records;
    }

    /// <summary>A state for the next loop, with further copies of the descriptors. A process without them is lost.</summary>
    public Inheritance Inherit(SavedDaemon state) => Inherited.WithReadableSpecs(Copy(state), NoControllers);

    /// <summary>The states of services without what differs between two daemons: the numbers of descriptors.</summary>
    public static string TextOf(IEnumerable<SavedService> services) => string.Join(
        '\n', services.Select(Text).Order(StringComparer.Ordinal));

    /// <summary>Ends processes that a loop has started anew.</summary>
    public void EndOthers()
    {
        foreach (var pid in OwnProcess.Children().Except(Pids)) Supervised.End(pid);
    }

    public void Dispose()
    {
        foreach (var pid in OwnProcess.Children()) Supervised.End(pid);
        foreach (var process in State.Processes)
            foreach (var one in (DescriptorIdentity?[])[process.Handle, process.Stdout, process.Stderr])
                if (one is not null) new Descriptor(one.Number).Dispose();
        foreach (var service in State.Services)
            if (service.Notify is { } notify) new Descriptor(notify.Socket.Number).Dispose();
        Assert.Empty(OwnProcess.Children());
    }

    private static string Text(SavedService service) => string.Join(
        '\n',
        service.Workers.OrderBy(worker => worker.Index).ThenBy(worker => worker.Process?.Serial)
            .Select(worker => worker with { Process = Numberless(worker.Process) })
            .Select(worker => Encoding.UTF8.GetString(StateRecords.Write(worker)))
            .Prepend(Encoding.UTF8.GetString(StateRecords.Write(service with { Workers = [], Notify = null }))));

    private static SavedProcess? Numberless(SavedProcess? process) => process is null ? null : process with
    {
        Handle = process.Handle with { Number = 0 },
        Stdout = process.Stdout is { } stdout ? stdout with { Number = 0 } : null,
        Stderr = process.Stderr is { } stderr ? stderr with { Number = 0 } : null,
    };

    private SavedDaemon Copy(SavedDaemon state)
    {
        var copied = state with
        {
            Services =
            [
                .. state.Services.Select(service => service with
                {
                    Notify = service.Notify is { } notify && Copy(notify.Socket) is { } socket
                        ? notify with { Socket = socket }
                        : null,
                    Workers = [.. service.Workers.Select(Copy).OfType<SavedWorker>()],
                }),
            ],
        };
        return copied with { Streams = [.. copied.Processes.SelectMany(StreamsOf)] };
    }

    /// <summary>A damaged state can name any process, which must not get a signal.</summary>
    private SavedWorker? Copy(SavedWorker worker)
    {
        if (worker.Process is not { } process) return worker;
        var isKnown = State is null || State.Processes.Any(
            known => known.Pid == process.Pid && known.Handle == process.Handle);
        return isKnown && Copy(process.Handle) is { } handle
            ? worker with
            {
                Process = process with
                {
                    Handle = handle, Calls = null, Stdout = Copy(process.Stdout), Stderr = Copy(process.Stderr),
                },
            }
            : worker.WithoutProcess();
    }

    private static DescriptorIdentity? Copy(DescriptorIdentity? kept)
    {
        if (kept is null) return null;
        using var borrowed = new Descriptor(kept.Number);
        var number = Libc.FileControl(borrowed, DuplicateCloseOnExec, 3);
        borrowed.Release();
        if (number < 0) return null;
        var copy = new Descriptor(number);
        if (kept.IsFileOf(copy)) return kept with { Number = copy.Release() };
        copy.Dispose();
        return null;
    }

    private static IEnumerable<SavedStream> StreamsOf(SavedProcess process)
    {
        if (process.Stdout is { } stdout) yield return new SavedStream(stdout.Number, process.Serial, false, [], false);
        if (process.Stderr is { } stderr) yield return new SavedStream(stderr.Number, process.Serial, true, [], false);
    }
}
