using System.Globalization;
using System.Runtime.InteropServices;
using Reuseportd.Linux.Files;
using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Handover;

/// <summary>
/// Keeps the state of the fleet in a file that outlives the daemon. Changed services and workers are written at the end of each
/// turn of the loop, as one batch: a turn can move a process from one slot to another. Only the loop's thread uses it.
/// </summary>
/// <param name="failed">Called once if the kernel has no memory for the file.</param>
internal sealed class StateJournal(RecordLog log, Capture capture, Action failed)
{
    private readonly HashSet<WorkerSlot> _known = [];
    private readonly HashSet<WorkerSlot> _changed = [];
    private readonly HashSet<Service> _changedServices = [];

    /// <summary>A worker can have several replacement slots, which end one after the other.</summary>
    private readonly Dictionary<WorkerSlot, string> _replacements = [];

    /// <summary>The changes of this turn. An empty record is a removal.</summary>
    private readonly List<(string Key, byte[] Record)> _batch = [];
    private long _lastReplacement;
    private bool _hasHostChanged;
    private bool _hasFailed;

    /// <summary>Notes what an event changes in the state.</summary>
    public void Follow(FleetEvent happened)
    {
        if (_hasFailed) return;
        switch (happened)
        {
            case FleetEvent.SlotEntered entered:
                _known.Add(entered.Slot);
                Note(entered.Slot);
                break;
            case FleetEvent.SlotMoved moved:
                Note(moved.Slot);
                break;
            case FleetEvent.SlotChanged changed:
                Note(changed.Slot);
                break;
            case FleetEvent.ProcessStarted started:
                Note(started.Process.Slot);
                break;
            case FleetEvent.SocketsAdded added:
                Note(added.Process.Slot);
                break;
            case FleetEvent.SlotLeft left:
                Forget(left.Slot);
                break;
            case FleetEvent.ServiceChanged changed:
                _changedServices.Add(changed.Service);
                break;
            case FleetEvent.NotifySocketOpened opened:
                if (capture.Find(opened.Service) is { } service) _changedServices.Add(service);
                break;
            case FleetEvent.HostChanged:
                _hasHostChanged = true;
                break;
            case FleetEvent.ServiceForgotten forgotten:
                _changedServices.RemoveWhere(one => one.Spec.Name == forgotten.Name);
                _batch.Add((StateRecords.KeyOf(forgotten.Name), []));
                break;
        }
    }

    /// <summary>Writes what has changed. Waits for memory only.</summary>
    /// <returns>False if the state is lost. It is not written any more.</returns>
    public bool Flush()
    {
        if (_hasFailed) return false;
        foreach (var service in _changedServices)
            _batch.Add((StateRecords.KeyOf(service.Spec.Name), StateRecords.Write(capture.Save(service))));
        foreach (var slot in _changed) _batch.Add((KeyOf(slot), StateRecords.Write(capture.Save(slot))));
        if (_hasHostChanged) _batch.Add((StateRecords.Host, StateRecords.Write(capture.Host())));
        _hasHostChanged = false;
        _changedServices.Clear();
        _changed.Clear();
        _hasFailed = !log.TryWrite(CollectionsMarshal.AsSpan(_batch));
        _batch.Clear();
        if (_hasFailed) failed();
        return !_hasFailed;
    }

    /// <summary>A slot may change after it has left.</summary>
    private void Note(WorkerSlot slot)
    {
        if (_known.Contains(slot)) _changed.Add(slot);
    }

    private void Forget(WorkerSlot slot)
    {
        _known.Remove(slot);
        _changed.Remove(slot);
        _batch.Add((KeyOf(slot), []));
        _replacements.Remove(slot);
        // The generations of its number count on, see Service.LastGiven.
        if (!slot.IsReplacement) _changedServices.Add(slot.Service);
    }

    private string KeyOf(WorkerSlot slot)
    {
        var (service, index) = (slot.Name.Service, slot.Name.Index);
        if (!slot.IsReplacement) return StateRecords.KeyOf(service, index.ToString(CultureInfo.InvariantCulture));
        if (_replacements.TryGetValue(slot, out var key)) return key;
        key = StateRecords.KeyOf(service, string.Create(CultureInfo.InvariantCulture, $"+{++_lastReplacement}"));
        _replacements.Add(slot, key);
        return key;
    }
}
