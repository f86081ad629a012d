using System.Globalization;

namespace Reuseportd.Model;

/// <summary>I/O classes with their numbers in linux/ioprio.h.</summary>
internal enum IoClass
{
    Realtime = 1,
    BestEffort = 2,
    Idle = 3,
}

/// <summary>Priority of a process at block devices (ioprio_set(2)), for I/O schedulers that honour it.</summary>
/// <param name="Level">0 (highest) to 7; 0 for <see cref="IoClass.Idle"/>.</param>
internal sealed record IoPrioritySpec(IoClass Class, int Level)
{
    /// <summary>Level of a process without a priority of its own (IOPRIO_NORM).</summary>
    public const int DefaultLevel = 4;

    private const int ClassShift = 13;

    /// <summary>The argument of ioprio_set(2).</summary>
    public int Value => (int)Class << ClassShift | Level;

    /// <summary>The form of the configuration: <c>realtime:0</c>, <c>idle</c>.</summary>
    public override string ToString() => Class switch
    {
        IoClass.Realtime => string.Create(CultureInfo.InvariantCulture, $"realtime:{Level}"),
        IoClass.BestEffort => string.Create(CultureInfo.InvariantCulture, $"best-effort:{Level}"),
        _ => "idle",
    };
}
