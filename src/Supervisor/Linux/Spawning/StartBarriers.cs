using Reuseportd.Linux.Files;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>The file of a failed exec, as it was found afterwards.</summary>
/// <param name="ClosedDirectory">The first directory above it that the user may not enter; null if there is none.</param>
/// <param name="IsOnNoExec">True if its file system is mounted noexec.</param>
/// <param name="MissingInterpreter">The interpreter of its <c>#!</c> line or ELF header, if that is missing.</param>
internal sealed record ExecutedFile(PathFacts Facts, string? ClosedDirectory, bool IsOnNoExec, string? MissingInterpreter);

/// <summary>Explains why a start failed, in more detail than an errno; pure. Null if no cause was found.</summary>
internal static class StartBarriers
{
    private const uint AnyExecute = 0x49; // 0111

    /// <param name="file">Null if there is no such file.</param>
    /// <param name="isSearched">True if the program was searched in PATH.</param>
    public static string? ToExec(Errno errno, ExecutedFile? file, bool isSearched, Account user)
    {
        if (errno == Errno.NotExecutable) return "neither a program for this machine nor a script with a #! line";
        if (errno == Errno.NotFound && file is null) return isSearched ? "not found in PATH" : "no such file or directory";
        if (errno == Errno.NotFound) return file?.MissingInterpreter is { } interpreter ? Missing(interpreter) : null;
        if (errno != Errno.AccessDenied || file is null) return null;
        return file switch
        {
            { ClosedDirectory: { } directory } => Closed(directory, user),
            { Facts.IsDirectory: true } => "it is a directory",
            { Facts.IsRegularFile: false } => "it is not a regular file",
            { IsOnNoExec: true } => "it is on a file system mounted noexec",
            _ when (file.Facts.Mode & AnyExecute) == 0 => "it is not executable",
            _ when !file.Facts.Allows(user.Identity, PathFacts.Execute) => $"{NameOf(user)} may not execute it",
            _ => null,
        };
    }

    /// <param name="closed">
    /// The first directory of the path, itself included, that the user may not enter; null if none was found.
    /// </param>
    public static string? ToDirectory(Errno errno, string? closed, Account user) =>
        errno != Errno.AccessDenied ? null : closed is not null ? Closed(closed, user) : $"as {NameOf(user)}";

    /// <summary>For a worker's output file, which is created if it does not exist.</summary>
    public static string? ToOutput(Errno errno, Account user)
    {
        if (errno == Errno.LinkNotFollowed) return "it is a symbolic link, which is not followed";
        if (errno == Errno.NotFound) return "its directory does not exist";
        if (errno == Errno.NoDevice) return "the FIFO has no reader";
        return errno == Errno.AccessDenied ? $"as {NameOf(user)}" : null;
    }

    private static string Missing(string interpreter) => interpreter.EndsWith('\r')
        ? "its #! line ends with a carriage return (a Windows line ending)"
        : $"its interpreter {interpreter} does not exist";

    private static string Closed(string directory, Account user) => $"{NameOf(user)} may not enter {directory}";

    private static string NameOf(Account user) => user.Name is { } name ? $"user {name}" : $"user {user.Identity.Uid}";
}
