using System.Text;
using Microsoft.Win32.SafeHandles;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>Replaces the program of this process (execve(2)). Children, pid and kept descriptors stay.</summary>
internal static class ProgramReplacement
{
    private const string Deleted = " (deleted)";
    private const string Self = "/proc/self/exe";
    private const int SetDescriptorFlags = 2; // F_SETFD of fcntl(2)
    private const int CloseOnExec = 1;

    /// <summary>
    /// The path from which this program was started. Must be called at the start: the file can be moved later, and a link can be
    /// changed.
    /// </summary>
    public static string OwnPath()
    {
        var path = new FileInfo(Self).LinkTarget ?? Self;
        if (OwnArguments()[0] is ['/', ..] name && TargetOf(name) == path) return name;
        return path.EndsWith(Deleted, StringComparison.Ordinal) ? path[..^Deleted.Length] : path;
    }

    /// <summary>Keeps a descriptor open across the replacement, or undoes that.</summary>
    public static Errno Keep(int descriptor, bool keep)
    {
        using var borrowed = new SafeFileHandle(descriptor, ownsHandle: false);
        return Libc.ErrnoOf(Libc.FileControl(borrowed, SetDescriptorFlags, keep ? 0 : CloseOnExec));
    }

    /// <summary>
    /// Executes a program with the arguments of this one. Kills all other threads of the process. Waits for threads that the
    /// kernel cannot kill, such as those that wait for a disk.
    /// </summary>
    /// <param name="path">If it cannot be executed, the present program is executed anew.</param>
    /// <returns>The error; there is no return after a success.</returns>
    public static Errno Execute(string path, IReadOnlyDictionary<string, string> environment)
    {
        string?[] arguments = [.. OwnArguments(), null];
        string?[] variables = [.. environment.Select(one => $"{one.Key}={one.Value}"), null];
        _ = Libc.Execute(path, arguments, variables);
        var errno = Libc.LastErrno;
        _ = Libc.Execute(Self, arguments, variables);
        return errno;
    }

    /// <summary>The path of a file without links; null if the file cannot be read.</summary>
    private static string? TargetOf(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The arguments of this program; the first one is its name.</summary>
    public static string[] OwnArguments()
    {
        var bytes = ProcFile.Read(Environment.ProcessId, "cmdline"u8) ?? [];
        var text = Encoding.UTF8.GetString(bytes);
        return text.EndsWith('\0') ? text[..^1].Split('\0') : [text];
    }
}
