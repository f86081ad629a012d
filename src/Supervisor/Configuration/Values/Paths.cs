using System.Text;
using Reuseportd.Configuration.Reading;

namespace Reuseportd.Configuration.Values;

/// <summary>
/// Reads paths. Most are absolute: a daemon has no directory that a relative path could start from, but a file has a folder.
/// </summary>
internal static class Paths
{
    /// <summary>PATH_MAX of limits.h includes the final NUL.</summary>
    private const int LongestPath = 4095;

    /// <summary>sun_path of unix(7) includes the final NUL.</summary>
    public const int LongestSocket = 107;

    public static readonly Shape Shape = new Shape.Text("^/");

    /// <summary>As <see cref="PathFrom"/> accepts it.</summary>
    public static readonly Shape FromFolder = new Shape.Text(@"^(/|\.\.?(/|$))");

    public static string? AbsolutePath(this Section section, Key key) =>
        section.Find(key) is { } field ? AbsolutePath(field) : null;

    public static string? SocketPath(this Section section, Key key) =>
        section.Find(key) is { } field ? AbsolutePath(field, LongestSocket) : null;

    public static string? AbsolutePath(this Field field, int longest = LongestPath)
    {
        const string accepts = "an absolute path";
        return field.Text(accepts) is { } path && IsSound(field, path, accepts, longest) ? path : null;
    }

    /// <summary>
    /// An absolute path, or one that begins with <c>.</c> or <c>..</c> and starts in a folder. A path without such a beginning
    /// is refused, as <c>~/x</c> and <c>$HOME/x</c> are often meant to be expanded.
    /// </summary>
    /// <param name="folder">The folder; null if there is none.</param>
    /// <returns>The absolute path, with placeholders.</returns>
    public static string? PathFrom(this Field field, string? folder)
    {
        const string accepts = "an absolute path, or a path from the folder of this file that begins with ./ or ../";
        if (field.Text(accepts) is not { } path) return null;
        if (folder is not null && path.Split('/')[0] is "." or "..")
            path = Path.GetFullPath(Path.Combine(folder.Replace("{", "{{", StringComparison.Ordinal), path));
        return IsSound(field, path, accepts) ? path : null;
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
