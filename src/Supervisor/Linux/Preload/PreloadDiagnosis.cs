using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Preload;

/// <summary>The reason why the preload library did not report, from the running process or from the files.</summary>
/// <param name="Detail">The evidence: a path, a loader, an error.</param>
internal sealed record PreloadDiagnosis(PreloadReason Reason, string Detail)
{
    /// <summary>True if the library cannot reach the program. Otherwise the reason is not known, or is a passing one.</summary>
    public bool KeepsLibraryOut =>
        Reason is not (PreloadReason.LoadedSilently or PreloadReason.ExitedBeforeMain or PreloadReason.Unknown);

    /// <summary>Judges a program before its start, by files. Can wait for a file system.</summary>
    /// <returns>Null if the library reaches the program, or may reach it.</returns>
    public static PreloadDiagnosis? Unreached(string program, string preload, Credentials credentials)
    {
        var file = ProgramFile.Resolve(program);
        if (OfFile(file, preload, credentials, isSecure: null) is { } found)
            return found is { KeepsLibraryOut: true, Reason: not PreloadReason.NotElf } ? found : null;
        return file.Header is { IsGo: true } ? new(PreloadReason.OwnSystemCalls, file.Path) : null;
    }

    /// <param name="pid">Null if the process has ended.</param>
    /// <param name="program">The path of the exec.</param>
    /// <param name="preload">Absolute path of the library.</param>
    /// <param name="credentials">Credentials of the worker.</param>
    public static PreloadDiagnosis For(int? pid, string program, string preload, Credentials credentials)
    {
        if (pid is { } number && RunningProgram.TryOpen(number) is { } running) return OfProcess(running, preload, credentials);
        return OfFile(ProgramFile.Resolve(program), preload, credentials, isSecure: null)
               ?? new PreloadDiagnosis(PreloadReason.ExitedBeforeMain, program);
    }

    /// <summary>Judges the program that runs now: the spawned program may have executed another.</summary>
    private static PreloadDiagnosis OfProcess(RunningProgram running, string preload, Credentials credentials)
    {
        if (running.Maps(preload))
        {
            return ProgramFile.Resolve(running.Path).Header is { IsGo: true }
                ? new(PreloadReason.OwnSystemCalls, running.Path)
                : new(PreloadReason.LoadedSilently, preload);
        }

        if (OfFile(ProgramFile.Resolve(running.Path), preload, credentials, running.IsSecure()) is { } found) return found;
        return new(running.Preloads(preload) ? PreloadReason.Unknown : PreloadReason.EnvironmentCleared, running.Path);
    }

    /// <param name="isSecure">AT_SECURE of the process; null to judge by the file.</param>
    private static PreloadDiagnosis? OfFile(ProgramFile program, string preload, Credentials credentials, bool? isSecure)
    {
        if (!program.IsReadable) return new(PreloadReason.Unknown, program.Path);
        if (program.Header is not { } header) return new(PreloadReason.NotElf, program.Path);
        if (header.Interpreter is not { } loader) return new(PreloadReason.StaticallyLinked, program.Path);
        if (isSecure ?? GainsRights(program.Path, credentials)) return new(PreloadReason.SetIdentity, program.Path);
        if (OfLibrary(preload, credentials.Identity) is { } found) return found;
        if (ProgramFile.Resolve(preload).Header is { } library && !library.Fits(header))
            return new(PreloadReason.DifferentArchitecture, program.Path);
        return loader.Contains("/ld-musl", StringComparison.Ordinal) ? new(PreloadReason.DifferentLibc, loader) : null;
    }

    private static PreloadDiagnosis? OfLibrary(string preload, Identity identity)
    {
        if (SystemPath.Status(preload, out var errno) is null && errno != Errno.AccessDenied)
            return new(PreloadReason.LibraryMissing, $"{preload}: {errno}");
        if (SystemPath.Barrier(preload, identity, out errno) is { } barrier)
            return new(PreloadReason.LibraryNotReadable, $"{barrier}: {errno}");
        return (SystemPath.MountFlags(preload) & Libc.MountNoExec) != 0
            ? new(PreloadReason.LibraryNotReadable, $"{preload}: noexec mount")
            : null;
    }

    /// <summary>
    /// Follows the kernel's decision in execve(2): a change of id counts, not the bit. With no_new_privs ids do not change, but
    /// file capabilities still set AT_SECURE, although they add nothing.
    /// </summary>
    private static bool GainsRights(string path, Credentials credentials)
    {
        var identity = credentials.Identity;
        if (SystemPath.Status(path, out _) is not { } facts) return false;
        if ((SystemPath.MountFlags(path) & Libc.MountNoSetUid) != 0) return false;
        const uint setGroup = PathFacts.SetGid | PathFacts.GroupExecute; // set-gid without execute means something else
        var changesId = (facts.Mode & PathFacts.SetUid) != 0 && facts.Uid != identity.Uid
                        || (facts.Mode & setGroup) == setGroup && facts.Gid != identity.Gid;
        return changesId && !credentials.NoNewPrivileges || identity.Uid != 0 && SystemPath.HasFileCapabilities(path);
    }
}
