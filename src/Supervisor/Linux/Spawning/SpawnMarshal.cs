using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>Converts a request to the layout of the shim.</summary>
internal static unsafe class SpawnMarshal
{
    private static readonly string[] LimitNames = [.. ResourceLimit.Names];

    /// <param name="descriptors">Limit of descriptors for a process without a limit of its own.</param>
    public static Native.Request Fill(NativeArena arena, SpawnRequest request, LimitPair? descriptors)
    {
        arena.Reset(BoundOf(request));
        var native = new Native.Request
        {
            Candidates = Strings(arena, request.Candidates),
            Arguments = Strings(arena, request.Arguments),
            Directory = request.WorkingDirectory is { } directory ? arena.String(directory) : null,
            Stdout = KindOf(request.Stdout),
            Stderr = KindOf(request.Stderr),
            Umask = request.Umask ?? -1,
            Nice = request.Nice ?? 0,
            OomScoreAdjust = request.OomScoreAdjust ?? 0,
            Cgroup = request.Cgroup?.Number ?? -1,
            AmbientCapabilities = BitsOf(request.AmbientCapabilities ?? []),
            SchedulingPolicy = (int)(request.Scheduling?.Policy ?? 0),
            SchedulingPriority = request.Scheduling?.Priority ?? 0,
            IoPriority = request.IoPriority?.Value ?? 0,
            Flags = FlagsOf(request),
        };
        FillEnvironment(ref native, arena, request);
        FillIdentity(ref native, arena, request.Identity);
        FillLimits(ref native, arena, request.Limits, descriptors);
        FillCpus(ref native, arena, request.Cpus);
        return native;
    }

    /// <summary>A text with a NUL, which C would truncate; null if there is none.</summary>
    public static string? WithNul(SpawnRequest request)
    {
        ReadOnlySpan<ValueList<string>> lists =
            [request.Candidates, request.Arguments, request.Environment, [request.WorkingDirectory ?? ""]];
        foreach (var list in lists)
        foreach (var text in list)
            if (text.Contains('\0', StringComparison.Ordinal)) return text;
        return null;
    }

    private static Native.RequestFlags FlagsOf(SpawnRequest request) =>
        (request.Nice is null ? 0 : Native.RequestFlags.Nice)
        | (request.OomScoreAdjust is null ? 0 : Native.RequestFlags.OomScoreAdjust)
        | (request.DieWithParent ? Native.RequestFlags.DieWithParent : 0)
        | (request.Identity is null ? 0 : Native.RequestFlags.Identity)
        | (request.NoNewPrivileges ? Native.RequestFlags.NoNewPrivileges : 0)
        | (request.AmbientCapabilities is null ? 0 : Native.RequestFlags.AmbientCapabilities)
        | (request.Scheduling is null ? 0 : Native.RequestFlags.Scheduling)
        | (request.IoPriority is null ? 0 : Native.RequestFlags.IoPriority)
        | (request.NotifyBinds ? Native.RequestFlags.NotifyBinds : 0);

    private static ulong BitsOf(ValueList<Capability> capabilities)
    {
        var bits = 0UL;
        foreach (var capability in capabilities) bits |= capability.Bit;
        return bits;
    }

    private static void FillEnvironment(ref Native.Request native, NativeArena arena, SpawnRequest request)
    {
        var own = request.StderrVariable is null ? 0 : 1;
        native.Environment = Strings(arena, request.Environment, own);
        if (request.StderrVariable is not { } name) return;
        var entry = arena.String(StderrEntry(name));
        native.Environment[request.Environment.Count] = entry;
        native.StderrFile = entry + Encoding.UTF8.GetByteCount(name) + 1;
    }

    /// <summary>With room for the value that the shim writes.</summary>
    private static string StderrEntry(string name) => $"{name}=".PadRight(name.Length + 1 + Native.FileNameSize);

    private static void FillIdentity(ref Native.Request native, NativeArena arena, Identity? identity)
    {
        if (identity is null) return;
        native.Uid = identity.Uid;
        native.Gid = identity.Gid;
        native.GroupCount = (uint)identity.Groups.Count;
        native.Groups = arena.Array<uint>(identity.Groups.Count);
        for (var i = 0; i < identity.Groups.Count; i++) native.Groups[i] = identity.Groups[i];
    }

    private static void FillLimits(
        ref Native.Request native, NativeArena arena, ValueList<ResourceLimit> limits, LimitPair? descriptors)
    {
        native.Limits = arena.Array<Native.Limit>(limits.Count + 1);
        var count = 0;
        foreach (var limit in limits)
        {
            var resource = Array.IndexOf(LimitNames, limit.Name); // an unknown name gives -1, which the kernel refuses
            if (resource == Libc.LimitOfDescriptors) descriptors = null;
            native.Limits[count++] = new Native.Limit { Resource = resource, Value = new LimitPair(limit.Value, limit.Value) };
        }

        if (descriptors is { } own) native.Limits[count++] = new Native.Limit { Resource = Libc.LimitOfDescriptors, Value = own };
        native.LimitCount = (uint)count;
    }

    private static void FillCpus(ref Native.Request native, NativeArena arena, ValueList<int> cpus)
    {
        if (cpus.Count == 0) return;
        native.CpusSize = (uint)CpusSize(cpus);
        native.Cpus = arena.Array<byte>((int)native.CpusSize);
        foreach (var cpu in cpus) native.Cpus[cpu / 8] |= (byte)(1 << (cpu % 8));
    }

    /// <summary>Rounded up to whole words of the kernel's mask.</summary>
    private static int CpusSize(ValueList<int> cpus) => cpus.Count == 0 ? 0 : (cpus.Max() / 64 + 1) * 8;

    private static Native.OutputKind KindOf(OutputTarget target) => target switch
    {
        { IsPipe: true } => Native.OutputKind.Pipe,
        OutputTarget.Inherit => Native.OutputKind.Inherit,
        OutputTarget.Null => Native.OutputKind.Null,
        _ => throw new InvalidOperationException($"no such output target: {target}"),
    };

    /// <param name="more">Number of empty places between the strings and the final NULL.</param>
    private static byte** Strings(NativeArena arena, ValueList<string> texts, int more = 0)
    {
        var pointers = (byte**)arena.Array<nint>(texts.Count + more + 1);
        for (var i = 0; i < texts.Count; i++) pointers[i] = arena.String(texts[i]);
        return pointers;
    }

    private static nuint BoundOf(SpawnRequest request)
    {
        var bound = BoundOf(request.Candidates) + BoundOf(request.Arguments) + BoundOf(request.Environment)
                    + NativeArena.BoundOf<nint>(1)
                    + NativeArena.BoundOf(request.StderrVariable is { } name ? StderrEntry(name) : null)
                    + NativeArena.BoundOf(request.WorkingDirectory)
                    + NativeArena.BoundOf<uint>(request.Identity?.Groups.Count ?? 0)
                    + NativeArena.BoundOf<Native.Limit>(request.Limits.Count + 1)
                    + NativeArena.BoundOf<byte>(CpusSize(request.Cpus));
        return bound;
    }

    private static nuint BoundOf(ValueList<string> texts)
    {
        var bound = NativeArena.BoundOf<nint>(texts.Count + 1);
        foreach (var text in texts) bound += NativeArena.BoundOf(text);
        return bound;
    }
}
