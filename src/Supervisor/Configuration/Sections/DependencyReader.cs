using Reuseportd.Configuration.Reading;

namespace Reuseportd.Configuration.Sections;

/// <summary>A dependency on another service, and the place where it is written.</summary>
internal sealed record Dependency(string Service, Field Field);

/// <summary>Reads the services that a service depends on. Whether they exist is checked when all files have been read.</summary>
internal static class DependencyReader
{
    public static readonly Key Key = new(
        "depends_on", new Shape.List(new Shape.Text(), OrOne: true),
        "Services that start before this one: each of their workers must be ready, failed or in backoff.");

    private const string Accepts = "the name of a service, or a list of them";

    public static IReadOnlyList<Dependency> Read(Section service) => Read(service, Key);

    /// <summary>Reads another list of services.</summary>
    public static IReadOnlyList<Dependency> Read(Section section, Key key)
    {
        var dependencies = new List<Dependency>();
        foreach (var item in section.Find(key)?.Items(Accepts, orOne: true) ?? [])
        {
            if (item.Text(Accepts) is { } name && !dependencies.Exists(known => known.Service == name))
                dependencies.Add(new Dependency(name, item));
        }

        return dependencies;
    }
}
