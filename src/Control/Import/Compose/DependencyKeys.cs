using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary><c>depends_on</c>: the daemon orders starts, and knows no other conditions.</summary>
internal static class DependencyKeys
{
    private const string DependsOn = "depends_on";

    public static void Read(Node node, ImportedProgram program)
    {
        foreach (var name in node.Texts()) program.DependsOn.Add((name.Text, name.Place));
        foreach (var entry in node is MapNode map ? map.Entries : [])
        {
            program.DependsOn.Add((entry.Key.Text, entry.Key.Place));
            if (entry.Value is MapNode condition) Condition(entry.Key, condition, program);
        }
    }

    private static void Condition(ScalarNode service, MapNode condition, ImportedProgram program)
    {
        var name = Printable.Text(service.Text);
        switch (condition.Find("condition").Text())
        {
            case null or "service_started":
                break;
            case "service_healthy":
                program.Note(
                    service.Place, $"condition: service_healthy: this service starts, too, after {name} has failed to start",
                    DependsOn);
                break;
            case "service_completed_successfully":
                program.Missing(
                    service.Place,
                    $"condition: service_completed_successfully: this service does not wait for the end of {name}; run its "
                    + "command before this one: [/bin/sh, -c, \"prepare && exec server\"]",
                    DependsOn);
                break;
            case { } other:
                program.Missing(service.Place, $"condition: {Printable.Text(other)} is left out", DependsOn);
                break;
        }

        foreach (var entry in condition.Entries.Where(entry => entry.Key.Text is not ("condition" or "restart" or "required")))
            program.Unknown(entry.Key.Place, $"depends_on.{name}.{entry.Shown()}");
        if (condition.Find("restart").IsTrue())
            program.Note(service.Place, $"restart: a restart of {name} does not restart this service", DependsOn);
    }
}
