using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>
/// Warns if a file that a service names is missing. A warning only: the file may appear later, or only the worker may see it.
/// Paths that contain a placeholder are not checked.
/// </summary>
internal sealed class NamedFiles(FindFile find)
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public void Program(Field? field, ValueList<Template> command)
    {
        if (field is not { } written || command.Count == 0 || !IsPath(command[0].Text)) return;
        var path = command[0].Text;
        if (IsMissing(path, out var facts)) written.Warning($"there is no {Printable.Sentence(path)}");
        else if (facts is { Kind: FileKind.Directory }) written.Warning($"{Printable.Sentence(path)} is a directory");
        else if (facts is { Kind: FileKind.Regular } file && (file.Mode & AnyExecute) == 0)
            written.Warning($"{Printable.Sentence(path)} is not executable");
    }

    public void Folder(Field? field, Template? path)
    {
        if (path is not null) Folder(field, path.Text);
    }

    public void FolderOf(Field? field, OutputTarget target)
    {
        if (target is OutputTarget.File file && Path.GetDirectoryName(file.Path) is { } folder) Folder(field, folder);
    }

    private void Folder(Field? field, string path)
    {
        if (field is not { } written || !IsPath(path)) return;
        if (IsMissing(path, out var facts)) written.Warning($"there is no directory {Printable.Sentence(path)}");
        else if (facts is { Kind: not FileKind.Directory }) written.Warning($"{Printable.Sentence(path)} is not a directory");
    }

    /// <summary>A file that cannot be examined does not count as missing.</summary>
    private bool IsMissing(string path, out FileFacts? facts)
    {
        facts = find(path, out var errno);
        return facts is null && errno == Errno.NotFound;
    }

    private static bool IsPath(string text) => text.StartsWith('/') && !text.Contains('{', StringComparison.Ordinal);
}
