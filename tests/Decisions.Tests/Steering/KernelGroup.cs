namespace Decisions.Tests.Steering;

/// <summary>A model of the kernel's group of sockets: the last member moves into the place of a member that leaves.</summary>
internal sealed class KernelGroup
{
    private readonly List<ulong> _array = [];
    private readonly List<ulong> _joined = [];

    /// <summary>
    /// Members that joined after the last snapshot. None of them leaves before the next snapshot, which would not show the
    /// member.
    /// </summary>
    private readonly HashSet<ulong> _fresh = [];
    private ulong _last;

    public KernelGroup()
    {
    }

    public KernelGroup(KernelGroup other) => (_array, _joined, _last) = ([.. other._array], [.. other._joined], other._last);

    public IReadOnlyList<ulong> Array => _array;

    /// <summary>
    /// The member at this index leaves. If there is none, or it joined after the last snapshot, a member joins.
    /// </summary>
    public void Change(int choice)
    {
        if (choice < _array.Count && !_fresh.Contains(_array[choice])) Leave(_array[choice]);
        else Join();
    }

    public ulong Join()
    {
        _fresh.Add(++_last);
        _array.Add(_last);
        _joined.Add(_last);
        return _last;
    }

    public void Leave(ulong member)
    {
        _array[_array.IndexOf(member)] = _array[^1];
        _array.RemoveAt(_array.Count - 1);
        _joined.Remove(member);
    }

    /// <summary>The members in order of joining.</summary>
    public ulong[] Look()
    {
        _fresh.Clear();
        return [.. _joined];
    }
}
