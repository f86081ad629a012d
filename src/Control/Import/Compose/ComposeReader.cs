using System.Runtime.CompilerServices;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary>Reads the services of a Compose file.</summary>
internal static class ComposeReader
{
    /// <summary>Compose merges these files with a file of a usual name.</summary>
    private static readonly string[] Overrides =
        ["compose.override.yaml", "compose.override.yml", "docker-compose.override.yml", "docker-compose.override.yaml"];

    public static ImportedFile Read(SourceText source, SourceTree tree, Findings findings)
    {
        var file = new ImportedFile(source.File);
        if (NodeReader.Read(source, findings) is not { } root) return file;
        root.ReportFaults(findings);
        if (root is not MapNode top || top.Find("services") is not MapNode services)
        {
            findings.Error(root.Place, "", "accepts a map with 'services'");
            return file;
        }

        Top(top, file, tree);
        var variables = ComposeVariables.Read(tree);
        var left = new StrongBox<int>(Interpolation.MostReplaced);
        foreach (var entry in services.Entries)
        {
            if (file.Programs.Count == ImportedFile.MostPrograms)
            {
                findings.Error(entry.Key.Place, "", ImportedFile.TooMany);
                break;
            }

            if (entry.Value is MapNode service) file.Programs.Add(Service(entry.Key, service, services, tree, variables, left));
            else findings.Error(entry.Value.Place, entry.Key.Text, "accepts a map");
        }

        var hosts = new HostNames(Hosts(services), new VariableFiles(tree));
        foreach (var program in file.Programs) hosts.Check(program);
        return file;
    }

    private static HashSet<string> Hosts(MapNode services)
    {
        var names = services.Entries.Select(entry => entry.Key.Text);
        var containers = services.Entries.Select(entry => (entry.Value as MapNode)?.Find("container_name").Text());
        return names.Concat(containers).OfType<string>().ToHashSet(StringComparer.Ordinal);
    }

    private static void Top(MapNode top, ImportedFile file, SourceTree tree)
    {
        foreach (var entry in top.Entries)
        {
            if (entry.Key.Text is "include" or "secrets" or "configs")
                file.Missing(entry.Key.Place, $"{entry.Key.Text} has no counterpart");
            else if (entry.Key.Text is "volumes" or "networks")
                file.Note(entry.Key.Place, $"{entry.Key.Text}: programs use the directories and addresses of the host");
        }

        var name = Path.GetFileName(file.Name);
        if (name is not ("compose.yaml" or "compose.yml" or "docker-compose.yml" or "docker-compose.yaml")) return;
        foreach (var other in Overrides.Where(other => tree.Read(tree.Absolute(other)) is not null))
            file.Missing(
                top.Place, $"{other}, which Compose merges, is not read; import the output of 'docker compose config' instead");
    }

    private static ImportedProgram Service(
        ScalarNode name, MapNode own, MapNode services, SourceTree tree, Dictionary<string, string> variables,
        StrongBox<int> left)
    {
        var service = Extended.Resolve(own, services);
        var program = new ImportedProgram(name.Text, name.Place);
        program.Raw(Key.RestartPolicy, "\"no\"", name.Place);
        if (service != own)
            program.Note(own.Find("extends")!.Place, $"extends: with the keys of {Printable.Text(Extended.Name(own)!)}");
        var values = new ComposeValues(program, variables, left);
        CommandKeys.Read(service, values, program);
        var keys = new ServiceKeys(program, values, tree);
        // The policy of restarts in 'deploy' holds before that of 'restart'.
        foreach (var entry in service.Entries.OrderBy(entry => entry.Key.Text == "deploy")) keys.Read(entry);
        return program;
    }
}
