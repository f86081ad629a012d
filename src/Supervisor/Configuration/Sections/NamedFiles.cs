using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>
/// Warns of what a service names and the host has not. It may come yet, and a worker may see what this process does not, so no
/// more than that; what depends on the worker is not looked at.
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
        if (IsMissing(path, out var facts)) written.Warning($"there is no folder {Printable.Sentence(path)}");
        else if (facts is { Kind: not FileKind.Directory }) written.Warning($"{Printable.Sentence(path)} is no folder");
    }

    /// <summary>What cannot be looked at is not missing.</summary>
    private bool IsMissing(string path, out FileFacts? facts)
    {
        facts = find(path, out var errno);
        return facts is null && errno == Errno.NotFound;
    }

    private static bool IsPath(string text) => text.StartsWith('/') && !text.Contains('{', StringComparison.Ordinal);
}
