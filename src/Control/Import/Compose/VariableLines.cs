using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Compose;

/// <summary>Lines of an <c>env_file</c> that Compose reads otherwise than the daemon.</summary>
internal static class VariableLines
{
    private const int MostRemarks = 10;

    public static List<Remark> Check(SourceText source)
    {
        var remarks = new List<Remark>();
        var number = 0;
        foreach (var line in source.Text.AsSpan().EnumerateLines())
        {
            number++;
            var equals = line.IndexOf('=');
            if (remarks.Count == MostRemarks || equals <= 0 || line.TrimStart() is ['#' or ';', ..]) continue;
            var name = Printable.Text(line[..equals].Trim().ToString());
            if (ComposeVariables.WithoutComment(line).Length < line.Length)
                Add($"{name}: the comment after the value is part of it here: remove it");
            if (HasVariable(line[(equals + 1)..])) Add($"{name}: the daemon does not replace the variable in the value");
        }

        return remarks;

        void Add(string text) =>
            remarks.Add(new Remark(new Place(source.File, number, 1), text, Weight.Missing, Key.EnvFile.Path));
    }

    /// <summary>Compose replaces no variables in single quotes.</summary>
    private static bool HasVariable(ReadOnlySpan<char> value)
    {
        if (value.TrimStart() is ['\'', ..]) return false;
        for (var at = 0; at + 1 < value.Length; at++)
        {
            if (value[at] != '$' || (at > 0 && value[at - 1] == '\\')) continue;
            if (value[at + 1] == '$') at++;
            else if (char.IsAsciiLetter(value[at + 1]) || value[at + 1] is '_' or '{') return true;
        }

        return false;
    }
}
