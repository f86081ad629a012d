using Reuseportd.Api.Contract;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Api.Streams;

/// <summary>The retained output of the workers that a client has named, and the client's position in it.</summary>
/// <param name="names">None for all workers.</param>
internal sealed class FollowedTails(OutputRetention output, ValueList<NamePattern> names)
{
    private readonly Dictionary<OutputTail, LineAssembly> _followed = [];

    /// <summary>The newest lines of all workers together, by time.</summary>
    /// <param name="goesOn">True if the caller will call <see cref="Next"/>.</param>
    public LogLine[] Newest(int most, bool goesOn)
    {
        List<(DateTime At, LogLine Line)> all = [];
        foreach (var tail in Named())
        {
            var assembly = new LineAssembly(tail);
            if (goesOn) _followed.Add(tail, assembly);
            // TakeLast(0) would not read the tail at all.
            all.AddRange(assembly.Next(isAll: !goesOn).TakeLast(Math.Max(1, most)));
            // A line takes many times the memory of its text, so no more than twice the requested number is held.
            if (all.Count > 2 * most) all = [.. all.OrderBy(one => one.At).TakeLast(most)];
        }

        return [.. all.OrderBy(one => one.At).TakeLast(most).Select(one => one.Line)];
    }

    /// <summary>New lines, worker by worker; a worker is read when its turn comes.</summary>
    /// <param name="isAll">True if no more output follows.</param>
    public IEnumerable<LogLine[]> Next(bool isAll)
    {
        // A worker whose output was dropped gets a new tail with its next output.
        foreach (var tail in _followed.Keys.Where(tail => tail.IsGone).ToArray()) _followed.Remove(tail);
        foreach (var tail in Named())
        {
            if (!_followed.TryGetValue(tail, out var assembly)) _followed[tail] = assembly = new LineAssembly(tail, missed: true);
            yield return [.. assembly.Next(isAll).Select(one => one.Line)];
        }
    }

    private IEnumerable<OutputTail> Named() =>
        output.Tails.Where(tail => names.Count == 0 || names.Any(name => name.Fits(tail.Worker)));
}
