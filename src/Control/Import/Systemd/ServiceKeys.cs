using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>The keys of a unit that name its program, its surroundings and its output; the rest is in other tables.</summary>
internal sealed class ServiceKeys(ImportedProgram program, Specifiers specifiers)
{
    private readonly LifeKeys life = new(program);

    public void Read(List<Assignment> assignments)
    {
        // An empty value takes back the values before it.
        for (var at = 0; at < assignments.Count; at++)
        {
            var one = assignments[at];
            if (one.Value.Length > 0 && !IsTakenBack(assignments, at)) Read(one);
        }

        life.Finish();
    }

    private static bool IsTakenBack(List<Assignment> assignments, int at) =>
        assignments.FindIndex(
            at + 1, later =>
                later.Section == assignments[at].Section && later.Key == assignments[at].Key && later.Value.Length == 0) > 0;

    private void Read(Assignment one)
    {
        switch (one.Section)
        {
            case "Unit":
                DependencyKeys.Read(one, program, life);
                break;
            case "Service":
                if (!ReadProcess(one) && !life.Read(one) && !ResourceKeys.Read(one, program)) UnknownKeys.Read(one, program);
                break;
            case "Install" or ['X', '-', ..]:
                break;
            default:
                program.Unknown(one.Place, $"[{one.Section}] {one.Key}={one.Value}");
                break;
        }
    }

    private bool ReadProcess(Assignment one)
    {
        var (at, value) = (one.Place, one.Value);
        switch (one.Key)
        {
            case "ExecStart":
                if (program.Command.Count > 0) program.Missing(at, "a second ExecStart is left out", "command");
                else ExecCommand.Set(value, at, program, specifiers);
                return true;
            case "Environment":
                foreach (var word in UnitWords.Split(value, out _) ?? []) Variable(word, at);
                return true;
            case "EnvironmentFile":
                program.EnvironmentFile(Text(one, Key.EnvFile), at);
                return true;
            case "WorkingDirectory":
                if (value.TrimStart('-') == "~") program.Missing(at, "the home of the user: set the path", "working_dir");
                else program.PathTemplate(Key.WorkingDir, Text(one, Key.WorkingDir).TrimStart('-'), at);
                return true;
            default:
                return ReadRights(one);
        }
    }

    private bool ReadRights(Assignment one)
    {
        var (at, value) = (one.Place, one.Value);
        switch (one.Key)
        {
            case "User":
                program.Word(Key.User, Placeholders.Unescape(Text(one, Key.User)), at);
                return true;
            case "Group":
                program.Word(Key.Group, Placeholders.Unescape(Text(one, Key.Group)), at);
                return true;
            case "SupplementaryGroups":
                program.List(Key.Groups, Words(value), at);
                return true;
            case "UMask":
                program.UmaskText(value, at);
                return true;
            case "NoNewPrivileges":
                program.Flag(Key.NoNewPrivileges, UnitValues.IsTrue(value), at);
                return true;
            case "AmbientCapabilities":
                if (value.StartsWith('~')) program.Unknown(at, $"AmbientCapabilities={value}");
                else program.CapabilityNames(Words(value), at);
                return true;
            case "StandardOutput":
                Output(Key.Stdout, one);
                return true;
            case "StandardError":
                Output(Key.Stderr, one);
                return true;
            default:
                return false;
        }
    }

    private void Variable(string word, Place at)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0) program.SetVariable(word[..equals], specifiers.Expand(word[(equals + 1)..], at, "environment"), at);
        else program.Missing(at, $"'{Printable.Text(word)}' is no NAME=value", "environment");
    }

    private void Output(Key stream, Assignment one)
    {
        var colon = one.Value.IndexOf(':', StringComparison.Ordinal);
        var (kind, path) = colon < 0 ? (one.Value, "")
            : (one.Value[..colon], specifiers.Expand(one.Value[(colon + 1)..], one.Place, stream.Path));
        switch (kind)
        {
            case "null":
                program.Raw(stream, "\"null\"", one.Place);
                break;
            case "file" or "append" or "truncate":
                if (kind == "truncate") program.Note(one.Place, "the file is not truncated", stream.Path);
                program.OutputFile(stream, path, one.Place);
                break;
            case "inherit" when stream == Key.Stderr && program.Settings.TryGetValue(Key.Stdout, out var stdout):
                program.Raw(stream, stdout.Text, one.Place);
                break;
            case "journal" or "syslog" or "inherit" or "journal+console" or "syslog+console":
                break;
            default:
                program.Unknown(one.Place, $"{one.Key}={one.Value}");
                break;
        }
    }

    private string Text(Assignment one, Key key) => specifiers.Expand(one.Value, one.Place, key.Path);

    private static string[] Words(string value) => value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
