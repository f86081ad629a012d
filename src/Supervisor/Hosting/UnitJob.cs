using System.Globalization;
using Reuseportd.Linux.Spawning;

namespace Reuseportd.Hosting;

/// <summary>
/// Tells a restart of the daemon's unit from a stop. Both send SIGTERM. The job of the unit has the difference, and systemctl(1)
/// knows it also without D-Bus: as root, it asks the manager directly.
/// </summary>
internal static class UnitJob
{
    private const string Program = "systemctl";

    /// <summary>The longest wait for an answer. A manager on a busy host takes seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>
    /// True if a next daemon can take over the workers: the job of the unit is a restart, also after try-restart and
    /// reload-or-restart, the service manager has the descriptors of the daemon, and it kills no process of the unit but the
    /// daemon. False after any other end, such as a stop, a shutdown or a signal, and without an answer in time.
    /// </summary>
    public static async Task<bool> IsKeepingRestartAsync(TimeProvider time)
    {
        if (await FindAsync() is not var (unit, program)) return false;
        string[] properties = [Manager(unit), "show", "--property=NFileDescriptorStore,KillMode", "--", unit.Name];
        var keeps = AnswerAsync(program, properties, Patience, time);
        return await IsRestartAsync(unit, program, Arguments(unit), Patience, time) && await keeps is { } answer
            && KeepsWorkers(answer);
    }

    /// <returns>The unit and systemctl(1); null without a service manager.</returns>
    private static async Task<(OwnUnit Unit, string Program)?> FindAsync()
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 }) return null;
        if (OwnUnit.Find(await TextOrEmptyAsync("/proc/self/cgroup")) is not { } unit) return null;
        var path = ProgramPath.Candidates(Program, Environment.GetEnvironmentVariable("PATH")).FirstOrDefault(File.Exists);
        return path is null ? null : (unit, path);
    }

    private static string Manager(OwnUnit unit) => unit.IsOfUser ? "--user" : "--system";

    /// <param name="properties">Lines <c>NAME=value</c>.</param>
    internal static bool KeepsWorkers(string properties)
    {
        var lines = properties.Split('\n', StringSplitOptions.TrimEntries);
        return lines.Contains("KillMode=process")
            && lines.Any(line => line.StartsWith("NFileDescriptorStore=", StringComparison.Ordinal)
                && int.TryParse(line.AsSpan(line.IndexOf('=') + 1), CultureInfo.InvariantCulture, out var stored) && stored >= 2);
    }

    internal static async Task<bool> IsRestartAsync(
        OwnUnit unit, string program, string[] arguments, TimeSpan patience, TimeProvider time) =>
        await AnswerAsync(program, arguments, patience, time) is { } jobs && IsRestart(jobs, unit);

    private static async Task<string?> AnswerAsync(string program, string[] arguments, TimeSpan patience, TimeProvider time)
    {
        try
        {
            return (await OwnProgram.RunAsync(program, arguments, OwnEnvironment.Variables(), patience, time)
                .WaitAsync(patience, time)).Output;
        }
        catch (TimeoutException)
        {
            // A killed program can take longer to end.
            return null;
        }
    }

    /// <summary>Prints the unit's job as <c>ID UNIT TYPE STATE</c>, or nothing.</summary>
    private static string[] Arguments(OwnUnit unit) =>
    [
        Manager(unit), "list-jobs", "--full", "--plain", "--no-legend", "--no-pager", "--", unit.Name,
    ];

    /// <param name="jobs">What systemctl(1) prints with <see cref="Arguments"/>.</param>
    internal static bool IsRestart(string jobs, OwnUnit unit) => jobs.Split('\n').Any(
        line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var name, "restart", _] && name == unit.Name);

    private static async Task<string> TextOrEmptyAsync(string path)
    {
        try
        {
            return await File.ReadAllTextAsync(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
