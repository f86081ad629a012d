using Reuseportd.Linux.Files;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>The file that exec was to run, as it lay there afterwards.</summary>
/// <param name="ClosedFolder">The first folder on the way there that the user may not enter; null where there is none.</param>
/// <param name="IsOnNoExec">Whether its file system is mounted noexec.</param>
/// <param name="MissingInterpreter">Of its <c>#!</c> line or its ELF header, where that is not there.</param>
internal sealed record ExecutedFile(PathFacts Facts, string? ClosedFolder, bool IsOnNoExec, string? MissingInterpreter);

/// <summary>What stood in the way of a start, in words that say more than an errno does; pure. Null where nothing does.</summary>
internal static class StartBarriers
{
    private const uint AnyExecute = 0x49; // 0111

    /// <param name="file">Null where nothing was found.</param>
    /// <param name="isSearched">Whether it was looked for in PATH.</param>
    public static string? ToExec(Errno errno, ExecutedFile? file, bool isSearched, Account user)
    {
        if (errno == Errno.NotExecutable) return "no program that this machine runs, and no script with a #! line";
        if (errno == Errno.NotFound && file is null) return isSearched ? "not found in PATH" : null;
        if (errno == Errno.NotFound) return file?.MissingInterpreter is { } interpreter ? Missing(interpreter) : null;
        if (errno != Errno.AccessDenied || file is null) return null;
        return file switch
        {
            { ClosedFolder: { } folder } => Closed(folder, user),
            { Facts.IsDirectory: true } => "it is a directory",
            { Facts.IsRegularFile: false } => "it is no regular file",
            { IsOnNoExec: true } => "it is on a file system mounted noexec",
            _ when (file.Facts.Mode & AnyExecute) == 0 => "it is not executable",
            _ when !file.Facts.Allows(user.Identity, PathFacts.Execute) => $"{NameOf(user)} may not execute it",
            _ => null,
        };
    }

    /// <param name="closed">
    /// The first folder on the way, itself included, that the user may not enter; null where none is to be seen.
    /// </param>
    public static string? ToDirectory(Errno errno, string? closed, Account user) =>
        errno != Errno.AccessDenied ? null : closed is not null ? Closed(closed, user) : $"as {NameOf(user)}";

    /// <summary>Of a file for the output of a worker, which is made where there is none.</summary>
    public static string? ToOutput(Errno errno, Account user)
    {
        if (errno == Errno.LinkNotFollowed) return "a symbolic link is not followed";
        if (errno == Errno.NotFound) return "its folder is not there";
        if (errno == Errno.NoDevice) return "nobody reads the FIFO";
        return errno == Errno.AccessDenied ? $"as {NameOf(user)}" : null;
    }

    private static string Missing(string interpreter) => interpreter.EndsWith('\r')
        ? "its #! line ends with a carriage return, as Windows writes it"
        : $"its interpreter {interpreter} is not there";

    private static string Closed(string folder, Account user) => $"{NameOf(user)} may not enter {folder}";

    private static string NameOf(Account user) => user.Name is { } name ? $"user {name}" : $"user {user.Identity.Uid}";
}
