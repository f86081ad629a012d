using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>Examines the files of a start that failed. It opens no file that could block the reader.</summary>
internal static class StartDiagnosis
{
    public static string? OfExec(SpawnRequest request, int index, Errno errno)
    {
        var user = UserOf(request);
        // After a search of PATH the kernel reports the last candidate: the existing one counts.
        var path = errno == Errno.NotFound
            ? request.Candidates.Select(Absolute).FirstOrDefault(IsThere)
            : Absolute(request.Candidates[index]);
        var file = path is not null && SystemPath.Status(path, out _) is { } facts ? Look(path, facts, errno, user) : null;
        return StartBarriers.ToExec(errno, file, isSearched: !request.Arguments[0].Contains('/', StringComparison.Ordinal), user);

        string Absolute(string candidate) => Path.Combine(request.WorkingDirectory ?? "", candidate);
    }

    public static string? OfDirectory(SpawnRequest request, Errno errno)
    {
        var user = UserOf(request);
        var closed = errno == Errno.AccessDenied
            ? SystemPath.ClosedDirectory($"{request.WorkingDirectory}/", user.Identity)
            : null;
        return StartBarriers.ToDirectory(errno, closed, user);
    }

    /// <param name="value">Stream and path.</param>
    public static SpawnError OfOutput(string value, Errno errno, Account user) =>
        new("open", value, errno) { Barrier = StartBarriers.ToOutput(errno, user) };

    private static ExecutedFile Look(string path, PathFacts facts, Errno errno, Account user) => new(
        facts,
        errno == Errno.AccessDenied ? SystemPath.ClosedDirectory(path, user.Identity) : null,
        errno == Errno.AccessDenied && (SystemPath.MountFlags(path) & Libc.MountNoExec) != 0,
        errno == Errno.NotFound ? ProgramFile.MissingInterpreter(path) : null);

    private static bool IsThere(string path) => SystemPath.Status(path, out _) is not null;

    private static Account UserOf(SpawnRequest request) => request.Account
        ?? new Account(
            null, request.Identity ?? new Identity(UserDatabase.EffectiveUser, UserDatabase.EffectiveGroup, []), null, null);
}
