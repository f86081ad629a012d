using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Procfile;

/// <summary>
/// Reads a Procfile: <c>name: command</c> on each line, for a shell. As in foreman, PORT of the first process type is 5000, and
/// of the next 5100; but all workers of a type share the port.
/// </summary>
internal static class ProcfileReader
{
    private const string Options = ".foreman";

    public static ImportedFile Read(SourceText source, SourceTree tree, Findings findings)
    {
        var file = new ImportedFile(source.File);
        var dotEnv = tree.Absolute(".env");
        var variables = tree.Read(dotEnv) is { } text ? DotEnv.Read(text) : null;
        var port = ProcfilePort.TryParse(variables?.GetValueOrDefault(ProcfilePort.Name), out var own) ? own : ProcfilePort.First;
        if (tree.Peek(tree.Absolute(Options)) is { } options)
            file.Missing(
                new Place(options.File, 1, 1), "the options of foreman are not read: set 'workers', and the ports and variables");
        var number = 0;
        foreach (var line in source.Text.AsSpan().EnumerateLines())
        {
            number++;
            var trimmed = line.Trim();
            if (trimmed.IsEmpty || trimmed[0] == '#') continue;
            var place = new Place(source.File, number, line.Length - line.TrimStart().Length + 1);
            var colon = trimmed.IndexOf(':');
            var name = colon > 0 ? trimmed[..colon].TrimEnd().ToString() : "";
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            {
                findings.Error(place, "", "accepts name: command");
                continue;
            }

            var command = trimmed[(colon + 1)..].Trim().ToString();
            if (file.Programs.Count == ImportedFile.MostPrograms)
            {
                findings.Error(place, "", ImportedFile.TooMany);
                break;
            }

            if (command.Length == 0) findings.Error(place, "", $"'{Printable.Text(name)}' has no command");
            else if (name == "release")
                file.Missing(place, $"release: {Printable.Text(command)}: runs to its end: no counterpart");
            else file.Programs.Add(Program(name, command, place, tree, port, variables is null ? null : dotEnv));
            port += ProcfilePort.Step;
        }

        return file;
    }

    private static ImportedProgram Program(string name, string command, Place place, SourceTree tree, int port, string? dotEnv)
    {
        var program = new ImportedProgram(name, place);
        program.PathTemplate(Key.WorkingDir, Placeholders.Escape(tree.Directory), place);
        if (dotEnv is not null) program.EnvironmentFile(Placeholders.Escape(dotEnv), place);
        LineCommand.Set(command, place, program);
        ProcfilePort.Set(command, port, place, program);
        return program;
    }
}
