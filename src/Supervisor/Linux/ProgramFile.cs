using System.Text;
using Reuseportd.Model;

namespace Reuseportd.Linux;

/// <summary>The file that the kernel runs in the end.</summary>
/// <param name="Path">Of the program, or of the interpreter that its <c>#!</c> line leads to.</param>
/// <param name="IsReadable">Whether there was anything to judge by.</param>
/// <param name="Header">Null when it is not ELF.</param>
internal sealed record ProgramFile(string Path, bool IsReadable, ElfHeader? Header)
{
    /// <summary>As many as the kernel follows (execve(2)).</summary>
    private const int MostInterpreters = 4;

    /// <summary>Follows <c>#!</c> lines from the program that exec was given.</summary>
    public static ProgramFile Of(string path)
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
