using System.Globalization;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Pm2;

/// <summary>The number of processes of an app, and the variables that differ between them.</summary>
internal static class AppCopies
{
    private const string Instance = "NODE_APP_INSTANCE";

    public static void Number(string? text, Place at, ImportedProgram program)
    {
        if (text is "max" or "0")
        {
            program.Raw(Key.Workers, "auto", at);
        }
        else if (program.Value($"instances: {text}", text ?? "", Nodes.Integer, at, Key.Workers.Path) is { } count)
        {
            if (count > 0) program.Number(Key.Workers, count, at);
            else program.Raw(Key.Workers, "auto", at);
            if (count < 0)
                program.Missing(at, $"instances: {count} is the number of CPUs less {-count}; set the number", Key.Workers.Path);
        }
    }

    /// <summary>PM2 numbers the processes of an app in a variable, and can raise another for each.</summary>
    /// <param name="at">The place of a node.</param>
    public static void Variables(MapNode app, Func<Node, Place> at, ImportedProgram program)
    {
        var hasCopies = app.Find("instances") is { } instances && instances.Text() is not "1";
        var named = app.Find("instance_var").Text();
        if (hasCopies || named is not null)
            program.SetVariable(named ?? Instance, Placeholders.Number(0), at(app.Find("instances") ?? app));
        if (app.Find("increment_var") is not { } increment || increment.Text() is not { } name) return;
        var start = program.Environment.TryGetValue(name, out var variable)
            && int.TryParse(variable.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        program.SetVariable(name, Placeholders.Number(start), at(increment));
        if (!hasCopies) return;
        program.Missing(
            at(increment),
            $"increment_var: each worker has a {Printable.Text(name)} of its own; workers can share one: write {start} here and "
            + "in 'ports'",
            "environment");
    }
}
