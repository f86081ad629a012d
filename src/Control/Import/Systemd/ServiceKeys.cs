using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Files;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>The keys of a unit that name its program, its surroundings and its rights; the rest is in other tables.</summary>
internal sealed class ServiceKeys(ImportedProgram program, Specifiers specifiers, SourceTree tree)
{
    private readonly SocketUnits sockets = new(program);

    private readonly LifeKeys life = new(program);

    private readonly StreamKeys streams = new(program, specifiers);

    /// <param name="socket">Path of the unit's socket; null if it has none.</param>
    public void Read(List<Assignment> assignments, string? socket)
    {
        life.Start();
        foreach (var one in Kept(assignments))
            program.Read($"{one.Key}={one.Value}", one.Place, () => Read(one));
        if (socket is not null) sockets.Read(socket);
        life.Finish();
        streams.Finish();
        if (program.Settings.TryGetValue(Key.EnvFile, out var files) && program.Environment.Count > 0)
            program.Missing(
                files.Place, "EnvironmentFile: there, the files override 'environment'; here, 'environment' overrides the files",
                "environment");
    }

    /// <summary>An empty value takes back the values before it.</summary>
    private static List<Assignment> Kept(List<Assignment> assignments)
    {
        var kept = new List<Assignment>(assignments.Count);
        var takenBack = new HashSet<(string Section, string Key)>();
        for (var at = assignments.Count - 1; at >= 0; at--)
        {
            var one = assignments[at];
            if (one.Value.Length == 0) takenBack.Add((one.Section, one.Key));
            else if (!takenBack.Contains((one.Section, one.Key))) kept.Add(one);
        }

        kept.Reverse();
        return kept;
    }

    private void Read(Assignment one)
    {
        switch (one.Section)
        {
            case "Unit":
                DependencyKeys.Read(one, program, life, sockets);
                break;
            case "Service":
                if (!ReadProcess(one) && !ReadRights(one) && !streams.Read(one) && !life.Read(one)
                    && !ResourceKeys.Read(one, program))
                    UnknownKeys.Read(one, program);
                break;
            case "Install" when one.Key == "Also":
                foreach (var unit in Words(one.Value))
                {
                    if (!sockets.Read(one, unit, isActivated: true)) program.Same();
                }

                break;
            case "Install" or ['X', '-', ..]:
                program.Same();
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
                if (UnitWords.Split(value, out var problem) is not { } words)
                    program.Missing(at, $"{Shown(one)} is left out: {problem}", "environment");
                else
                    foreach (var word in words) Variable(word, at);
                return true;
            case "EnvironmentFile":
                if (Text(one, Key.EnvFile) is { } file) EnvironmentFile(file, at);
                return true;
            case "WorkingDirectory":
                if (value.TrimStart('-') == "~") program.Missing(at, "the home of the user: set the path", "working_dir");
                else if (Text(one, Key.WorkingDir) is { } path) program.PathTemplate(Key.WorkingDir, path.TrimStart('-'), at);
                if (value.StartsWith('-')) program.Note(at, $"{Shown(one)}: here, the directory has to exist", "working_dir");
                return true;
            default:
                return false;
        }
    }

    private bool ReadRights(Assignment one)
    {
        var (at, value) = (one.Place, one.Value);
        switch (one.Key)
        {
            case "User" or "Group":
                var key = one.Key == "User" ? Key.User : Key.Group;
                program.Account(key, Text(one, key), at);
                return true;
            case "SupplementaryGroups":
                foreach (var name in Words(value))
                {
                    if (specifiers.Expand(name, at, Key.Groups.Path) is { } group) program.SupplementaryGroup(group, at);
                }

                return true;
            case "UMask":
                program.UmaskText(value, at);
                return true;
            case "NoNewPrivileges":
                if (program.Value(Shown(one), value, UnitValues.Flag, at, Key.NoNewPrivileges.Path) is { } isSet)
                    program.Flag(Key.NoNewPrivileges, isSet, at);
                return true;
            case "AmbientCapabilities":
                if (value.StartsWith('~')) program.Unknown(at, $"AmbientCapabilities={value}");
                else program.CapabilityNames(Words(value), at);
                return true;
            default:
                return false;
        }
    }

    private void Variable(string word, Place at)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) program.Missing(at, $"'{Printable.Text(word)}' is no NAME=value", "environment");
        else if (specifiers.Expand(word[(equals + 1)..], at, "environment") is { } value)
            program.SetVariable(word[..equals], value, at);
    }

    /// <summary>A pattern of glob(7) is replaced by the files of now.</summary>
    private void EnvironmentFile(string path, Place at)
    {
        var isOptional = path.StartsWith('-');
        var pattern = isOptional ? path[1..] : path;
        if (!Glob.HasPattern(pattern) || Placeholders.HasAny(pattern) || !pattern.StartsWith('/'))
        {
            program.EnvironmentFile(path, at);
            return;
        }

        var found = tree.Match(Placeholders.Unescape(pattern));
        foreach (var file in found) program.EnvironmentFile((isOptional ? "-" : "") + Placeholders.Escape(file), at);
        var shown = $"EnvironmentFile={Printable.Text(path)}";
        if (found.Count > 0) program.Note(at, $"{shown}: the files of this host, at the import", Key.EnvFile.Path);
        else if (isOptional) program.Note(at, $"{shown}: no file of this host matches", Key.EnvFile.Path);
        else program.Missing(at, $"{shown}: no file of this host matches, and 'env_file' has no patterns", Key.EnvFile.Path);
    }

    private string? Text(Assignment one, Key key) => specifiers.Expand(one.Value, one.Place, key.Path);

    private static string Shown(Assignment one) => Printable.Text($"{one.Key}={one.Value}");

    private static string[] Words(string value) => value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
