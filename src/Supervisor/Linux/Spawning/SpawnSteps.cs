using System.Globalization;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>The call within the step <see cref="SpawnStep.Capabilities"/>.</summary>
internal enum CapabilityStep
{
    ClearAmbient,
    Keep,
    Get,
    Set,
}

/// <summary>Describes a failed start: the call and its argument.</summary>
internal static class SpawnSteps
{
    public static SpawnError Describe(SpawnStep step, int index, Errno errno, SpawnRequest request)
    {
        var (name, value) = step switch
        {
            SpawnStep.Pipe => ("pipe2", ""),
            SpawnStep.Clone => ("clone", ""),
            SpawnStep.Cgroup => ("cgroup", ""),
            SpawnStep.Seccomp => ("seccomp", ""),
            SpawnStep.SetSid => ("setsid", ""),
            SpawnStep.Stdin => ("stdin", "/dev/null"),
            SpawnStep.Stdout => ("stdout", ""),
            SpawnStep.Stderr => ("stderr", ""),
            SpawnStep.Close => ("close_range", ""),
            SpawnStep.OomScoreAdjust => ("oom_score_adj", Text(request.OomScoreAdjust)),
            SpawnStep.Affinity => ("sched_setaffinity", CpusOf(request, index)),
            SpawnStep.Limit => ("setrlimit", LimitOf(request, index)),
            SpawnStep.Nice => ("setpriority", $"nice={request.Nice}"),
            SpawnStep.Scheduling => ("sched_setscheduler", $"{request.Scheduling}"),
            SpawnStep.IoPriority => ("ioprio_set", $"{request.IoPriority}"),
            SpawnStep.Groups => ("setgroups", string.Join(',', request.Identity?.Groups ?? [])),
            SpawnStep.Gid => ("setgid", Text(request.Identity?.Gid)),
            SpawnStep.Uid => ("setuid", Text(request.Identity?.Uid)),
            SpawnStep.Capabilities => CapabilityCall((CapabilityStep)index, request),
            SpawnStep.Ambient => ("prctl", $"ambient={new Capability(index)}"),
            SpawnStep.NoNewPrivileges => ("prctl", "no_new_privs=1"),
            SpawnStep.Parent => ("prctl", "pdeathsig=SIGKILL"),
            SpawnStep.Directory => ("chdir", request.WorkingDirectory ?? ""),
            SpawnStep.Exec => ("exec", ProgramOf(request, index, errno)),
            _ => ("spawn", ""),
        };
        return new SpawnError(name, value, errno) { Barrier = BarrierOf(step, index, errno, request) };
    }

    private static string Text(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    /// <summary>The kernel refuses the whole set, so without an index all CPUs are named.</summary>
    private static string CpusOf(SpawnRequest request, int index)
    {
        var cpus = string.Join(',', request.Cpus);
        return index < 0 ? cpus : string.Create(CultureInfo.InvariantCulture, $"{cpus} (CPU {index} is not allowed here)");
    }

    private static (string Step, string Value) CapabilityCall(CapabilityStep step, SpawnRequest request) => step switch
    {
        CapabilityStep.ClearAmbient => ("prctl", "ambient=none"),
        CapabilityStep.Keep => ("prctl", "keepcaps=1"),
        CapabilityStep.Get => ("capget", ""),
        _ => ("capset", string.Join(',', request.AmbientCapabilities ?? [])),
    };

    /// <summary>The index after the requested limits means the limit of descriptors that the spawner restores.</summary>
    private static string LimitOf(SpawnRequest request, int index)
    {
        if (index >= request.Limits.Count) return "nofile";
        var limit = request.Limits[index];
        return $"{limit.Name}={(limit.Value == ResourceLimit.Infinity ? "infinity" : Text(limit.Value))}";
    }

    private static string? BarrierOf(SpawnStep step, int index, Errno errno, SpawnRequest request) => step switch
    {
        // The path may be on a file system that does not answer.
        _ when errno == Errno.TimedOut => null,
        SpawnStep.Limit when errno == Errno.NotPermitted && index < request.Limits.Count =>
            ResourceLimits.BarrierTo(request.Limits[index]),
        SpawnStep.Exec => StartDiagnosis.OfExec(request, index, errno),
        SpawnStep.Directory => StartDiagnosis.OfDirectory(request, errno),
        _ => null,
    };

    /// <summary>If no directory of PATH has the program, its name is clearer than the last path.</summary>
    private static string ProgramOf(SpawnRequest request, int index, Errno errno) =>
        request.Candidates.Count != 1 && errno == Errno.NotFound ? request.Arguments[0] : request.Candidates[index];
}
