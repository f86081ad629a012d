using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Systemd;

/// <summary><c>StandardOutput</c> and <c>StandardError</c>. Without a value, stderr goes where stdout goes.</summary>
internal sealed class StreamKeys(ImportedProgram program, Specifiers specifiers)
{
    private const string Inherit = "inherit";

    private Assignment? output;

    private Assignment? error;

    /// <returns>False for a key of another table.</returns>
    public bool Read(Assignment one)
    {
        switch (one.Key)
        {
            case "StandardOutput":
                output = one;
                break;
            case "StandardError":
                error = one;
                break;
            default:
                return false;
        }

        program.Same();
        return true;
    }

    public void Finish()
    {
        if (output is not null) Stream(Key.Stdout, output);
        if (error is not null && error.Value != Inherit) Stream(Key.Stderr, error);
        else if (program.Settings.TryGetValue(Key.Stdout, out var stdout)) program.Raw(Key.Stderr, stdout.Text, stdout.Place);
    }

    private void Stream(Key stream, Assignment one)
    {
        var colon = one.Value.IndexOf(':', StringComparison.Ordinal);
        var kind = colon < 0 ? one.Value : one.Value[..colon];
        switch (kind)
        {
            // The input, which stdout inherits, is /dev/null.
            case "null" or Inherit:
                program.Raw(stream, "\"null\"", one.Place);
                break;
            case "file" or "append" or "truncate" when colon > 0:
                if (kind == "truncate") program.Note(one.Place, "the file is not truncated", stream.Path);
                if (specifiers.Expand(one.Value[(colon + 1)..], one.Place, stream.Path) is { } path)
                    program.OutputFile(stream, path, one.Place);
                break;
            case "journal" or "syslog" or "kmsg" when colon < 0:
                break;
            case "journal+console" or "syslog+console" or "kmsg+console" when colon < 0:
                program.Note(one.Place, $"{one.Key}={one.Value}: the console has no output", stream.Path);
                break;
            default:
                program.Unknown(one.Place, $"{one.Key}={one.Value}");
                break;
        }
    }
}
