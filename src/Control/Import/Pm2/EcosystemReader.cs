using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Pm2;

/// <summary>Reads the apps of a PM2 ecosystem: JSON, YAML, or the JSON that a JavaScript file has become.</summary>
internal static class EcosystemReader
{
    /// <param name="script">The JavaScript file that the JSON is the value of; its places are those of the apps' names.</param>
    public static ImportedFile Read(SourceText source, SourceTree tree, Findings findings, SourceText? script = null)
    {
        var file = new ImportedFile(source.File);
        var isYaml =
            source.File.EndsWith(".yml", StringComparison.Ordinal) || source.File.EndsWith(".yaml", StringComparison.Ordinal);
        if ((isYaml ? NodeReader.Read(source, findings) : JsonNodes.Read(source, findings)) is not { } root) return file;
        root.ReportFaults(findings);
        // As to PM2 (lib/API.js), "pm2" is another name of "apps".
        var apps = root is MapNode top && (top.Find("apps") ?? top.Find("pm2")) is { } named ? named : root;
        if (root is MapNode other && other.Find("deploy") is { } deploy)
            file.Note(Place(deploy, "deploy", script), "deploy is left out");
        var number = 0;
        foreach (var app in apps is ListNode list ? list.Items : [apps])
        {
            if (number == ImportedFile.MostPrograms)
            {
                findings.Error(Place(app, null, script), "", ImportedFile.TooMany);
                break;
            }

            if (app is not MapNode map || Script(map) is not { Length: > 0 } path)
            {
                findings.Error(Place(app, null, script), "", "accepts apps with a 'script'");
                continue;
            }

            var name = map.Find("name").Text() ?? System.IO.Path.GetFileNameWithoutExtension(path);
            var program = new ImportedProgram(name.Length > 0 ? name : $"app-{number}", Place(app, name, script));
            var keys = new AppKeys(program, tree, script is null ? null : program.Place);
            keys.Read(map, path);
            if (program.HasCommand) file.Programs.Add(program);
            else file.LeaveOut(program, $"app {Printable.Text(name)} has no program");
            number++;
        }

        return file;
    }

    private static string? Script(MapNode app) =>
        app.Find("script").Text() ?? app.Find("cmd").Text() ?? app.Find("command").Text();

    /// <summary>In a script, the first line with the text.</summary>
    private static Place Place(Node node, string? text, SourceText? script)
    {
        if (script is null) return node.Place;
        var at = text is null ? -1 : script.Text.IndexOf(text, StringComparison.Ordinal);
        return at < 0 ? new Place(script.File, 1, 1) : Configuration.Text.Place.After(script.File, script.Text.AsSpan(0, at));
    }
}
