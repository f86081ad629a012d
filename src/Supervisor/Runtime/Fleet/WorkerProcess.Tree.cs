using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Fleet;

/// <content>The parent of the process, and its descendants.</content>
internal sealed partial class WorkerProcess
{
    private TreeRoot? _tree;

    /// <summary>False if an earlier daemon started the process: another process is its parent, and reaps it.</summary>
    public bool IsChild { get; init; } = true;

    /// <summary>The value of <see cref="Guard.Variable"/> in a process that is no child; null if it is not known.</summary>
    public string? Daemon { get; init; }

    /// <summary>
    /// Describes the process tree, so that its descendants can be told from those of other workers. If the process is no child,
    /// the first call must come before its end.
    /// </summary>
    public TreeRoot Tree(bool isReaped)
    {
        var tree = _tree ??= IsChild ? Root(Marks.For(Slot.Name, Generation)) : ForeignTree();
        return isReaped ? tree with { IsReaped = true } : tree;
    }

    /// <summary>SIGKILL to the whole process group. The process may have ended; a child must not be reaped.</summary>
    public void KillGroup()
    {
        if (IsChild) ProcessGroup.Kill(Handle.Pid);
        else Handle.KillGroup();
    }

    private TreeRoot ForeignTree()
    {
        // Without the mark of its daemon, the session and the group alone identify the tree.
        var marks = Daemon is null ? [] : Marks.For(Slot.Name, Generation, Daemon);
        return Root(marks) with { Foreign = ForeignRoot.Of(Handle) };
    }

    private TreeRoot Root(ValueList<string> marks) => new(Handle.Pid, IsReaped: false, marks);
}
