using System.Globalization;
using Reuseportd.Model;

namespace Reuseportd.Linux;

/// <summary>What failed, by the numbers of Native/spawn.h.</summary>
internal enum SpawnStep
{
    None,
    Pipe,
    Clone,
    Cgroup,
    SetSid,
    Stdin,
    Stdout,
    Stderr,
    Close,
    Nice,
    OomScoreAdjust,
    Affinity,
    Limit,
    Groups,
    Gid,
    Uid,
    Capabilities,
    NoNewPrivileges,
    Parent,
    Directory,
    Exec,
}

/// <summary>Words for a failed start: the call, and what it was given.</summary>
internal static class SpawnSteps
{
    public static SpawnError Describe(SpawnStep step, int index, Errno errno, SpawnRequest request)
    {
        var (name, value) = step switch
        {
            SpawnStep.Pipe => ("pipe2", ""),
            SpawnStep.Clone => ("clone", ""),
            SpawnStep.Cgroup => ("cgroup", ""),
            SpawnStep.SetSid => ("setsid", ""),
            SpawnStep.Stdin => ("stdin", "/dev/null"),
            SpawnStep.Stdout => ("stdout", PathOf(request.Stdout)),
            SpawnStep.Stderr => ("stderr", PathOf(request.Stderr)),
            SpawnStep.Close => ("close_range", ""),
            SpawnStep.Nice => ("setpriority", $"nice={request.Nice}"),
            SpawnStep.OomScoreAdjust => ("oom_score_adj", Text(request.OomScoreAdjust)),
            SpawnStep.Affinity => ("sched_setaffinity", string.Join(',', request.Cpus)),
            SpawnStep.Limit => ("setrlimit", LimitOf(request, index)),
            SpawnStep.Groups => ("setgroups", string.Join(',', request.Identity?.Groups ?? [])),
            SpawnStep.Gid => ("setgid", Text(request.Identity?.Gid)),
            SpawnStep.Uid => ("setuid", Text(request.Identity?.Uid)),
            SpawnStep.Capabilities => ("capabilities", ""),
            SpawnStep.NoNewPrivileges => ("no_new_privs", ""),
            SpawnStep.Parent => ("pdeathsig", ""),
            SpawnStep.Directory => ("chdir", request.WorkingDirectory ?? ""),
            SpawnStep.Exec => ("exec", ProgramOf(request, index, errno)),
            _ => ("spawn", ""),
        };
        return new SpawnError(name, value, errno);
    }

    private static string Text(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    private static string PathOf(OutputTarget target) => target is OutputTarget.File file ? file.Path : "";

    /// <summary>Past those asked for stands the one that the spawner adds: its own limit of descriptors, given back.</summary>
    private static string LimitOf(SpawnRequest request, int index)
    {
        if (index >= request.Limits.Count) return "nofile";
        var limit = request.Limits[index];
        var value = limit.Value == ResourceLimit.Infinity ? "infinity" : Text(limit.Value);
        return $"{limit.Name}={value}";
    }

    /// <summary>When none of several places has it, the name that was looked for says more than the last of the places.</summary>
    private static string ProgramOf(SpawnRequest request, int index, Errno errno) =>
        request.Candidates.Count != 1 && errno == Errno.NotFound ? request.Arguments[0] : request.Candidates[index];
}
