using System.Diagnostics.CodeAnalysis;
using Reuseportd.Configuration.Values;
using Reuseportd.Linux.Files;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Processes;

/// <summary>Reads the environment files of a service at every spawn.</summary>
internal static class EnvironmentFiles
{
    private const int LargestFile = 1024 * 1024;

    /// <param name="paths">A missing file is no error if its path begins with '-'.</param>
    /// <param name="variables">Variables in the order of the files.</param>
    public static bool TryRead(
        ValueList<string> paths, out List<KeyValuePair<string, string>> variables, [NotNullWhen(false)] out SpawnError? error)
    {
        variables = [];
        error = null;
        foreach (var path in paths)
        {
            error = Read(path.TrimStart('-'), optional: path.StartsWith('-'), variables);
            if (error is not null) return false;
        }

        return true;
    }

    private static SpawnError? Read(string path, bool optional, List<KeyValuePair<string, string>> variables)
    {
        var facts = SystemPath.Status(path, out var absent);
        if (facts is null) return optional && absent == Errno.NotFound ? null : new SpawnError("env_file", path, absent);
        // Opening a FIFO would block until a process writes to it.
        if (!facts.Value.IsRegularFile) return new SpawnError("env_file", $"{path} is no regular file", Errno.InvalidArgument);
        try
        {
            if (new FileInfo(path).Length > LargestFile) return new SpawnError("env_file", path, Errno.TooLarge);
            var file = EnvironmentFile.Parse(File.ReadAllText(path));
            if (file.Errors.Count > 0) return new SpawnError("env_file", $"{path}:{file.Errors[0]}", Errno.InvalidArgument);
            variables.AddRange(file.Variables.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)));
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var errno = failure is UnauthorizedAccessException ? Errno.AccessDenied : Errno.InputOutput;
            return new SpawnError("env_file", path, errno);
        }
    }
}
