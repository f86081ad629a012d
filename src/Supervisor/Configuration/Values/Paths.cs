using System.Text;
using Reuseportd.Configuration.Reading;

namespace Reuseportd.Configuration.Values;

/// <summary>Reads absolute paths: a daemon has no directory that a relative path could start from.</summary>
internal static class Paths
{
    /// <summary>PATH_MAX of limits.h includes the final NUL.</summary>
    private const int LongestPath = 4095;

    /// <summary>sun_path of unix(7) includes the final NUL.</summary>
    public const int LongestSocket = 107;

    public static readonly Shape Shape = new Shape.Text("^/");

    public static string? AbsolutePath(this Section section, Key key) =>
        section.Find(key) is { } field ? AbsolutePath(field) : null;

    public static string? SocketPath(this Section section, Key key) =>
        section.Find(key) is { } field ? AbsolutePath(field, LongestSocket) : null;

    public static string? AbsolutePath(this Field field, int longest = LongestPath)
    {
        const string accepts = "an absolute path";
        return field.Text(accepts) is { } path && IsSound(field, path, accepts, longest) ? path : null;
    }

    /// <param name="path">The text of the field, or a part of it.</param>
    public static bool IsSound(Field field, string path, string accepts, int longest = LongestPath)
    {
        if (!path.StartsWith('/')) field.Refuse(accepts);
        else if (Encoding.UTF8.GetByteCount(path) > longest) field.Error($"accepts a path of at most {longest} bytes");
        else return true;
        return false;
    }
}
