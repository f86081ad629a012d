using System.Runtime.CompilerServices;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary>Reads the services of a Compose file.</summary>
internal static class ComposeReader
{
    public static ImportedFile Read(SourceText source, SourceTree tree, Findings findings)
    {
        var file = new ImportedFile(source.File);
        if (NodeReader.Read(source, findings) is not { } root) return file;
        if (root is not MapNode top || top.Find("services") is not MapNode services)
        {
            findings.Error(root.Place, "", "accepts a map with 'services'");
            return file;
        }

        var variables = tree.Read(tree.Absolute(".env")) is { } text ? DotEnv.Read(text) : [];
        foreach (var entry in top.Entries)
        {
            if (entry.Key.Text is "include" or "secrets" or "configs")
                file.Missing(entry.Key.Place, $"{entry.Key.Text} has no counterpart");
            else if (entry.Key.Text is "volumes" or "networks")
                file.Note(entry.Key.Place, $"{entry.Key.Text}: programs use the directories and addresses of the host");
        }

        foreach (var fault in services.Faults) findings.Error(fault.Place, fault.Key, fault.Message);
        var left = new StrongBox<int>(ComposeValues.MostReplaced);
        foreach (var entry in services.Entries)
        {
            if (file.Programs.Count == ImportedFile.MostPrograms)
            {
                findings.Error(entry.Key.Place, "", ImportedFile.TooMany);
                break;
            }

            if (entry.Value is MapNode service) Service(entry.Key, service, tree, variables, left, file);
            else findings.Error(entry.Value.Place, entry.Key.Text, "accepts a map");
        }

        return file;
    }

    private static void Service(
        ScalarNode name, MapNode service, SourceTree tree, Dictionary<string, string> variables, StrongBox<int> left,
        ImportedFile file)
    {
        var program = new ImportedProgram(name.Text, name.Place);
        program.Raw(Key.RestartPolicy, "\"no\"", name.Place);
        var values = new ComposeValues(program, variables, left);
        CommandKeys.Read(service, values, program);
        if (!program.HasCommand)
        {
            var image = service.Find("image") is ScalarNode text ? $" {Printable.Text(text.Text)}" : "";
            file.Missing(name.Place, $"service {Printable.Text(name.Text)} is left out: its command is in its image{image}");
            return;
        }

        var keys = new ServiceKeys(program, values, tree);
        // The policy of restarts in 'deploy' holds before that of 'restart'.
        foreach (var entry in service.Entries.OrderBy(entry => entry.Key.Text == "deploy")) keys.Read(entry);
        file.Programs.Add(program);
    }
}
