using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>The file that the kernel executes in the end.</summary>
/// <param name="Path">Path of the program, or of the interpreter in its <c>#!</c> line.</param>
/// <param name="IsReadable">True if the file could be read.</param>
/// <param name="Header">Null if the file is not ELF.</param>
internal sealed record ProgramFile(string Path, bool IsReadable, ElfHeader? Header)
{
    /// <summary>The kernel follows as many (execve(2)).</summary>
    private const int MostInterpreters = 4;

    /// <summary>The kernel reads as much of the first line (execve(2)).</summary>
    private const int LongestName = 255;

    /// <summary>Follows <c>#!</c> lines from the program of an exec.</summary>
    public static ProgramFile Resolve(string path)
    {
        var window = new byte[ElfHeader.Window];
        for (var depth = 0; ; depth++)
        {
            var head = Head(path, window);
            if (depth == MostInterpreters || Interpreter(head) is not { } next)
                return new ProgramFile(path, !head.IsEmpty, ElfHeader.TryParse(head));
            path = next;
        }
    }

    /// <summary>The first missing interpreter among <c>#!</c> lines and ELF headers; null if none is missing.</summary>
    public static string? MissingInterpreter(string path)
    {
        var window = new byte[ElfHeader.Window];
        // Opening another kind of file might block.
        for (var depth = 0; depth <= MostInterpreters && SystemPath.Status(path, out _) is { IsRegularFile: true }; depth++)
        {
            var head = Head(path, window);
            if ((Interpreter(head) ?? ElfHeader.TryParse(head)?.Interpreter) is not { Length: > 0 and <= LongestName } next)
                return null;
            if (SystemPath.Status(next, out var errno) is null && errno == Errno.NotFound) return next;
            path = next;
        }

        return null;
    }

    /// <summary>The interpreter that a script names, or null.</summary>
    internal static string? Interpreter(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("#!"u8)) return null;
        var line = head[2..];
        var end = line.IndexOf((byte)'\n');
        line = (end < 0 ? line : line[..end]).Trim(" \t"u8);
        end = line.IndexOfAny((byte)' ', (byte)'\t');
        var name = Encoding.UTF8.GetString(end < 0 ? line : line[..end]);
        return name.StartsWith('/') ? name : null;
    }

    private static ReadOnlySpan<byte> Head(string path, byte[] into)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return into.AsSpan(0, RandomAccess.Read(file, into, 0));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
