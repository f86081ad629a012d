using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Configuration.Sections;

/// <summary>
/// Checks that the services of <c>depends_on</c> exist, and that no service depends on itself, directly or through others.
/// </summary>
internal static class StartOrder
{
    public static void Check(IReadOnlyList<ReadService> services)
    {
        var byName = new Dictionary<string, ReadService>(StringComparer.Ordinal);
        foreach (var service in services) byName.TryAdd(service.Spec.Name, service);
        CheckNames(services.SelectMany(service => service.Dependencies), byName.Keys);
        var walk = new Walk(byName);
        foreach (var service in byName.Values) walk.Visit(service);
    }

    /// <summary>Checks that named services exist.</summary>
    public static void CheckNames(IEnumerable<Dependency> named, IReadOnlyCollection<string> services)
    {
        foreach (var dependency in named.Where(dependency => !services.Contains(dependency.Service)))
        {
            var hint = Spelling.Nearest(dependency.Service, services) is { } nearest
                ? $"; did you mean '{Printable.Text(nearest)}'?"
                : "";
            dependency.Field.Error($"there is no service '{Printable.Text(dependency.Service)}'{hint}");
        }
    }

    /// <summary>A depth-first search: each circle is found once, at the name that closes it.</summary>
    private sealed class Walk(Dictionary<string, ReadService> byName)
    {
        private readonly HashSet<string> done = new(StringComparer.Ordinal);
        private readonly List<string> path = [];

        public void Visit(ReadService start)
        {
            if (done.Contains(start.Spec.Name)) return;
            // The frames are on the heap: a chain of thousands of services cannot overflow the stack.
            var frames = new Stack<(ReadService Service, int Next)>();
            frames.Push((start, 0));
            path.Add(start.Spec.Name);
            while (frames.TryPop(out var frame))
            {
                if (frame.Next == frame.Service.Dependencies.Count)
                {
                    done.Add(frame.Service.Spec.Name);
                    path.RemoveAt(path.Count - 1);
                    continue;
                }

                frames.Push((frame.Service, frame.Next + 1));
                var dependency = frame.Service.Dependencies[frame.Next];
                if (path.IndexOf(dependency.Service) is >= 0 and var first) Report(dependency, first);
                else if (byName.TryGetValue(dependency.Service, out var next) && !done.Contains(dependency.Service))
                {
                    frames.Push((next, 0));
                    path.Add(dependency.Service);
                }
            }
        }

        private void Report(Dependency dependency, int first)
        {
            var circle = string.Join(" -> ", path.Skip(first).Append(dependency.Service).Select(name => Printable.Text(name)));
            dependency.Field.Error(
                first == path.Count - 1 ? "a service cannot depend on itself" : $"services that depend on each other: {circle}");
        }
    }
}
