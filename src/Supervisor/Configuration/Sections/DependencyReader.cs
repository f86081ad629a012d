using Reuseportd.Configuration.Reading;

namespace Reuseportd.Configuration.Sections;

/// <summary>A service that another is started after, and where that is written.</summary>
internal sealed record Dependency(string Service, Field Field);

/// <summary>The services that one is started after. Whether they exist is known when all files have been read.</summary>
internal static class DependencyReader
{
    public static readonly Key Key = new(
        "depends_on", new Shape.List(new Shape.Text(), OrOne: true),
        "Services that have to settle before this one is started, which is ready, failed, or in backoff.");

    private const string Accepts = "the name of a service, or a list of them";

    public static IReadOnlyList<Dependency> Read(Section service)
    {
        var dependencies = new List<Dependency>();
        foreach (var item in service.Find(Key)?.Items(Accepts, orOne: true) ?? [])
        {
            if (item.Text(Accepts) is { } name && !dependencies.Exists(known => known.Service == name))
                dependencies.Add(new Dependency(name, item));
        }

        return dependencies;
    }
}
