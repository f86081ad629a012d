using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads everything that a process is started with.</summary>
internal static class ProcessReader
{
    private const int LargestMask = 0x1FF; // 0777

    private static readonly Key Command = new(
        "command", CommandReader.Shape,
        "Program and arguments: a list of words, or a string that is split as a shell splits words; no shell runs. "
        + "The program must stay in the foreground.")
        { IsRequired = true };

    private static readonly Key EnvironmentFile = new(
        "env_file", new Shape.List(new Shape.Text("^-?/"), OrOne: true),
        "Files of NAME=value lines, by absolute path, read at every start. A file whose path begins with - may be missing.");

    private static readonly Key WorkingDir = new(
        "working_dir", Paths.FromFolder,
        "Working directory of the workers: an absolute path, or a path from the folder of this file that begins with ./ or ../. "
        + "Default: the daemon's.");

    private static readonly Key UmaskKey = new(
        "umask", new Shape.Text("^(0o)?[0-7]{1,4}$", OrNumber: true),
        "File mode creation mask as quoted octal digits, such as \"0022\". Default: the daemon's.");

    public static readonly IReadOnlyList<Key> Keys =
    [
        Command, EnvironmentReader.Key, EnvironmentFile, WorkingDir, UmaskKey, LimitsReader.Key, OutputReader.Stdout,
        OutputReader.Stderr,
    ];

    public static ProcessSpec Read(
        Section service, Place place, ReuseportSpec reuseport, string? user, string? group, ControllerOffer? controllers) => new(
        CommandReader.Read(service, Command, place),
        reuseport,
        EnvironmentReader.Read(service),
        EnvironmentFiles(service),
        WorkingDirectory: null,
        user,
        group,
        Umask(service),
        LimitsReader.Read(service, controllers),
        OutputReader.Read(service, OutputReader.Stdout),
        OutputReader.Read(service, OutputReader.Stderr));

    /// <summary>Warns of missing files, if the service has no errors.</summary>
    public static void LookAtFiles(Section service, ProcessSpec process, NamedFiles files)
    {
        if (!service.IsSound) return;
        files.Program(service.Find(Command), process.Command);
        files.Folder(service.Find(WorkingDir), process.WorkingDirectory);
        files.FolderOf(service.Find(OutputReader.Stdout), process.Stdout);
        files.FolderOf(service.Find(OutputReader.Stderr), process.Stderr);
    }

    private static ValueList<string> EnvironmentFiles(Section service)
    {
        const string accepts = "an absolute path, after a '-' if the file may be missing, or a list of them";
        if (service.Find(EnvironmentFile)?.Items(accepts, orOne: true) is not { } items) return [];
        return [.. items.Select(item => EnvironmentPath(item, accepts)).OfType<string>()];
    }

    private static string? EnvironmentPath(Field item, string accepts) =>
        item.Text(accepts) is { } text && Paths.IsSound(item, text.StartsWith('-') ? text[1..] : text, accepts) ? text : null;

    public static Template? WorkingDirectory(Section service, string? folder) =>
        service.Find(WorkingDir) is { } field && field.PathFrom(folder) is { } path ? field.Template(path) : null;

    private static int? Umask(Section service)
    {
        const string accepts = "up to four octal digits such as \"0022\"";
        if (service.Find(UmaskKey) is not { } field || field.Text(accepts) is not { } text) return null;
        var digits = text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text;
        if (digits.Length is > 0 and <= 4 && digits.All(c => c is >= '0' and <= '7'))
        {
            var mask = digits.Aggregate(0, (mask, digit) => mask * 8 + (digit - '0'));
            if (mask <= LargestMask) return mask;
        }

        field.Refuse(accepts);
        return null;
    }
}
