using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <content>A group that an earlier daemon has steered, and the same group for a later daemon.</content>
internal sealed partial class ProgramSteering
{
    /// <summary>The places that an earlier daemon has filled; null without one.</summary>
    private readonly InheritedPlaces? _inherited;

    /// <summary>True until <see cref="Settle"/> in an inherited group: slots join that have their sockets already.</summary>
    private bool _isSettling;

    /// <summary>The program from which sockets move to a program with more places; null for none.</summary>
    private SteeringProgram? _former;

    /// <summary>
    /// Continues with the program and the places of an earlier daemon. If that program is gone, the first member loads another.
    /// </summary>
    public ProgramSteering(SteeredGroup inherited, Balance balance, SockDiag? diag = null, Action? changed = null)
        : this(inherited.Key, balance, workers: 0, diag, changed)
    {
        int[] numbers = [.. inherited.Numbers];
        if (numbers.Length > SteeringProgram.NumberCount)
            _former = SteeringProgram.Resume(numbers.AsSpan(SteeringProgram.NumberCount), out _);
        _program = SteeringProgram.Resume(numbers.AsSpan(0, SteeringProgram.NumberCount), out _);
        if (_program is null)
        {
            if (_former is not null) RemoveAll(_former);
            _former?.Dispose();
            _former = null;
            return;
        }

        _capacity = _program.Capacity;
        _inherited = new InheritedPlaces(_program, _former);
        foreach (var (place, owner) in _inherited.Owners) _members.Assign(owner, place);
        _isSettling = true;
        _program.Maps.SetBalance(_balance);
        _program.Maps.SetVisitor(0, 0);
    }

    /// <summary>
    /// Ends the steering of an earlier daemon. The kernel's hash serves the group, or the program that is attached next.
    /// </summary>
    /// <param name="members">Sockets of the group.</param>
    /// <returns>Holds the descriptors until it is disposed.</returns>
    public static ProgramSteering End(SteeredGroup inherited, IReadOnlyList<SharedSocket> members)
    {
        var steering = new ProgramSteering(inherited, Balance.Default);
        steering._members.Set(new GroupMembers.Member(0, members, []));
        _ = steering.Detach();
        return steering;
    }

    /// <summary>The group for a later daemon; null without a program.</summary>
    public SteeredGroup? Save() => _program is null || _isOver
        ? null
        : new SteeredGroup(_key, [.. _program.Numbers, .. _former?.Numbers ?? []]);

    /// <summary>Makes the inherited places of slots that have not joined inactive: their processes have ended.</summary>
    public void Settle()
    {
        if (!_isSettling || _program is null || _isOver) return;
        _isSettling = false;
        _inherited!.End(slot => _members.Find(slot) is not null);
        EndMove();
        Publish();
    }
}
