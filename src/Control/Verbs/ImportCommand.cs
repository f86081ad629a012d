using System.CommandLine;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import;
using Reuseportd.Control.Import.Files;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Services;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl import</c>. It asks no daemon.</summary>
internal static class ImportCommand
{
    /// <summary>For one file, and those that it names.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description =
                "supervisord.conf, a systemd unit or template, a Procfile, a Compose file, or a PM2 ecosystem (node runs the "
                + "code of a .js file).",
            Arity = ArgumentArity.OneOrMore,
        };
        var from = new Option<string>("--from")
        {
            Description = "Kind of the files. Default: by name and content.", HelpName = string.Join('|', Kinds.All),
        };
        from.AcceptOnlyFromAmong(Kinds.All);
        var output = new Option<string>("-o", "--output")
        {
            Description = "File to write, or a directory for one file for each FILE. Default: stdout.", HelpName = "PATH",
        };
        var force = new Option<bool>("--force") { Description = "Replace files that exist." };
        var command = new Command(
            "import",
            "Write service files from the files of other supervisors. A comment marks each setting that is missing or means "
                + "something "
            + "else; the exit code is 1 if one is missing.") { files, from, output, force };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(files), parsed.GetValue(from), parsed.GetValue(output), parsed.GetValue(force),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        string[] paths, string? from, string? output, bool force, CancellationToken cancellation)
    {
        if (output is "" || paths.Contains("")) return Refuse("a path is empty", ExitCode.Usage);
        try
        {
            // A file system may not answer, and the output may be a pipe that is full: nothing can cancel such a call.
            var reading = Task.Run(() => ReadAllAsync(paths, from, cancellation), CancellationToken.None);
            var (imported, code) = await reading.WaitAsync(Limit * paths.Length, cancellation).ConfigureAwait(false);
            if (imported is null) return code;
            var writing = Task.Run(() => Write(imported, output, force), CancellationToken.None);
            return await writing.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return Refuse($"the files are not read after {Limit.TotalSeconds * paths.Length:0} s, the limit", ExitCode.Failed);
        }
        catch (OperationCanceledException)
        {
            Descendants.End();
            return ExitCode.Interrupted;
        }
        catch (IOException)
        {
            return Refuse("stdout cannot be written", ExitCode.Failed);
        }
    }

    private static async Task<(List<ImportedFile>? Files, int Code)> ReadAllAsync(
        string[] paths, string? from, CancellationToken cancellation)
    {
        var findings = new Findings();
        var imported = new List<ImportedFile>();
        foreach (var path in paths)
        {
            if (new DiskFiles(findings).Read(path) is not { } source) continue;
            if ((from ?? Kinds.Find(source)) is not { } kind)
                return (null, Refuse($"{path}: unknown kind of file; use --from", ExitCode.Usage));
            if (await ReadAsync(kind, path, source, findings, cancellation).ConfigureAwait(false) is { } file) imported.Add(file);
        }

        foreach (var error in findings.Errors) Console.Error.WriteLine(error);
        if (findings.Errors.Count > 0) return (null, ExitCode.Failed);
        Mapping.Complete(imported);
        new HostAccounts(UserDatabase.HasUser, UserDatabase.HasGroup).Check(imported);
        return (imported, ExitCode.Ok);
    }

    private static async Task<ImportedFile?> ReadAsync(
        string kind, string path, SourceText source, Findings findings, CancellationToken cancellation)
    {
        var tree = new DiskFiles(findings).Around(path);
        if (kind != Kinds.Pm2 || !Kinds.IsScript(path)) return Importer.Read(kind, source, tree, findings);
        Console.Error.WriteLine($"reuseportctl: node runs the code of {Printable.Sentence(path)}");
        return await NodeScript.RunAsync(path, findings, cancellation).ConfigureAwait(false) is { } json
            ? Importer.Read(kind, json, tree, findings, source)
            : null;
    }

    private static int Write(List<ImportedFile> files, string? output, bool force)
    {
        if (output is null)
        {
            var text = ServiceText.Write(files);
            if (OutputFiles.IsLarge(text)) return Refuse(OutputFiles.TooLarge, ExitCode.Failed);
            Console.Write(text);
        }
        else if (OutputFiles.Write(OutputFiles.Plan(output, files), force) is { } problem)
            return Refuse(problem, ExitCode.Failed);
        var services = files.Sum(file => file.Programs.Count);
        var missing = files.SelectMany(file => file.Remarks.Concat(file.Programs.SelectMany(program => program.Remarks)))
            .Count(remark => remark.Weight == Weight.Missing);
        Console.Error.WriteLine(
            $"reuseportctl: {Counted(services, "service")}, {Counted(missing, "setting")} missing"
            + (missing > 0 ? "; see the comments" : ""));
        return missing > 0 ? ExitCode.Failed : ExitCode.Ok;
    }

    private static string Counted(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private static int Refuse(string why, int code)
    {
        Console.Error.WriteLine($"reuseportctl: {Printable.Sentence(why)}");
        return code;
    }
}
