using System.Globalization;
using System.Text;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// Environment variables that mark the processes of one generation of a worker. Descendants inherit them, so the daemon
/// recognises orphans. Pure.
/// </summary>
internal static class Marks
{
    private static readonly string[] Names = ["REUSEPORT_SERVICE", "REUSEPORT_WORKER", "REUSEPORT_GENERATION"];

    private static readonly byte[][] Starts = [.. Names.Select(name => Encoding.ASCII.GetBytes(name + "="))];

    /// <summary>Each mark has the form <c>NAME=value</c>.</summary>
    public static ValueList<string> For(WorkerName worker, int generation) =>
        new([.. Variables(worker, generation).Select(variable => $"{variable.Key}={variable.Value}")]);

    /// <summary>The marks with that of an earlier daemon: a worker of another daemon can have the same name.</summary>
    /// <param name="daemon">The value of <see cref="Guard.Variable"/>.</param>
    public static ValueList<string> For(WorkerName worker, int generation, string daemon) =>
        new([.. For(worker, generation), $"{Guard.Variable}={daemon}"]);

    public static IEnumerable<KeyValuePair<string, string>> Variables(WorkerName worker, int generation)
    {
        yield return new(Names[0], worker.Service);
        yield return new(Names[1], worker.Index.ToString(CultureInfo.InvariantCulture));
        yield return new(Names[2], generation.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Joins the marks of worker and generation into one text, as <see cref="Find"/> returns it.</summary>
    public static string Join(ValueList<string> marks) => string.Join('\0', marks.Take(Names.Length));

    /// <summary>Finds the marks in an environment block of proc(5). Null if a mark is missing.</summary>
    public static string? Find(ReadOnlySpan<byte> environ)
    {
        var found = new string?[Starts.Length];
        foreach (var range in environ.Split((byte)0))
        {
            for (var index = 0; index < Starts.Length; index++)
                if (environ[range].StartsWith(Starts[index])) found[index] ??= Encoding.UTF8.GetString(environ[range]);
        }

        return Array.TrueForAll(found, mark => mark is not null) ? string.Join('\0', found) : null;
    }
}
