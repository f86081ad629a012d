using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Import.Services;

/// <summary>Writes services as a file of <c>services.d</c>. A comment names the place in the source.</summary>
internal static class ServiceText
{
    /// <summary>The order of the keys of a service.</summary>
    private static readonly string[] Order =
    [
        "command", "workers", "reuseport", "environment", "env_file", "working_dir", "user", "group", "supplementary_groups",
            "umask",
        "no_new_privileges", "ambient_capabilities", "autostart", "depends_on", "readiness", "liveness", "recycle", "restart",
        "stop_signal", "stop_grace_period", "reload_signal", "limits", "logging", "stdout", "stderr",
    ];

    /// <summary>Keys of these sections that stand alone, as the value of the section.</summary>
    private static readonly string[] Short = ["readiness.type", "restart.policy"];

    /// <returns>A text that is longer than <see cref="SourceText.LargestFile"/> is not complete.</returns>
    public static string Write(IReadOnlyList<ImportedFile> files)
    {
        var text = new StringBuilder();
        text.Append("# yaml-language-server: $schema=/usr/share/reuseportd/reuseportd.schema.json\n");
        text.Append(null, $"# Imported from {string.Join(", ", files.Select(file => Printable.Sentence(file.Name)))}.\n");
        foreach (var remark in files.SelectMany(file => file.Remarks)) Comment(text, remark, indent: 0);
        ImportedProgram[] programs = [.. files.SelectMany(file => file.Programs)];
        text.Append(programs.Length == 0 ? "services: {}\n" : "services:\n");
        foreach (var program in programs.TakeWhile(_ => text.Length <= SourceText.LargestFile)) Service(text, program);
        return text.ToString();
    }

    private static void Service(StringBuilder text, ImportedProgram program)
    {
        if (program.Description is { } description) text.Append(null, $"  # {Printable.Sentence(description)}\n");
        foreach (var remark in program.Remarks.Where(remark => !Order.Contains(Top(remark)))) Comment(text, remark, indent: 2);
        text.Append(null, $"  {YamlText.Scalar(program.Name)}:\n");
        foreach (var key in Order)
        {
            foreach (var remark in program.Remarks.Where(remark => Top(remark) == key).DistinctBy(
                remark => (remark.Place, remark.Text)))
                Comment(text, remark, indent: 4);
            Key(text, key, program);
        }
    }

    private static void Key(StringBuilder text, string key, ImportedProgram program)
    {
        switch (key)
        {
            case "command":
                text.Append(null, $"    command: [{string.Join(", ", program.Command.Select(YamlText.Scalar))}]\n");
                break;
            case "reuseport":
                var ports = program.Ports.Count == 0 ? "any" : $"[{string.Join(", ", program.Ports)}]";
                text.Append(null, $"    reuseport:\n      ports: {ports}\n");
                break;
            case "environment" when program.Environment.Count > 0:
                text.Append("    environment:\n");
                foreach (var (name, variable) in program.Environment.TakeWhile(_ => text.Length <= SourceText.LargestFile))
                    text.Append(null, $"      {YamlText.Scalar(name)}: {YamlText.Scalar(variable.Value)}\n");
                break;
            case "depends_on" when program.DependsOn.Count > 0:
                text.Append(
                    null, $"    depends_on: [{string.Join(", ", program.DependsOn.Select(one => YamlText.Scalar(one.Name)))}]\n");
                break;
            default:
                Section(text, key, program);
                break;
        }
    }

    private static void Section(StringBuilder text, string key, ImportedProgram program)
    {
        var settings = program.Settings.Where(setting => setting.Key.Top == key).ToArray();
        if (settings is [var only] && (only.Key.Path == key || Short.Contains(only.Key.Path)))
        {
            text.Append(null, $"    {key}: {only.Value.Text}\n");
            return;
        }

        if (settings.Length > 0) text.Append(null, $"    {key}:\n");
        foreach (var (one, value) in settings) text.Append(null, $"      {one.Name}: {value.Text}\n");
    }

    private static void Comment(StringBuilder text, Remark remark, int indent)
    {
        var missing = remark.Weight == Weight.Missing ? "missing: " : "";
        text.Append(' ', indent);
        text.Append(null, $"# {missing}{Printable.Sentence(remark.Where)}: {Printable.Sentence(remark.Text)}\n");
    }

    private static string Top(Remark remark) => remark.Key.Split('.')[0];
}
