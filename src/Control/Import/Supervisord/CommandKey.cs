using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Supervisord;

/// <summary>The key <c>command</c>: names are replaced first, and the text is split into words then.</summary>
internal static class CommandKey
{
    // Characters of the private use area, which stand around the name of a variable until the text is split.
    private const char Split = '\uE000';
    private const char Whole = '\uE001';
    private const char End = '\uE002';

    public static void Read(IniEntry entry, ImportedProgram program, Expansion expansion)
    {
        program.CommandPlace = entry.Place;
        string? problem = "it has a character of the private use area";
        var words = entry.Value.AsSpan().IndexOfAny(Split, Whole, End) >= 0 ? null
            : WordSplit.Split(Marked(expansion.Command(entry.Value, entry.Place)), out problem);
        if (words is not { Count: > 0 })
        {
            program.Missing(entry.Place, $"the command cannot be read: {problem ?? "it is empty"}");
            return;
        }

        CommandWord[] parts = [.. words.Select(Word)];
        program.Command = CommandWord.Command(parts, out var isShell);
        if (!isShell) return;
        var names = parts.SelectMany(word => word.Parts).Where(part => part.IsVariable).Select(part => "$" + part.Text);
        program.Missing(
            entry.Place,
            $"{Printable.Text(string.Join(", ", names.Distinct()))}: from the environment of supervisord; without a value in "
            + "'environment', the shell has nothing for it", "command");
    }

    private static string Marked(List<WordPart> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            if (part.IsVariable) text.Append(part.IsSplit ? Split : Whole).Append(part.Text).Append(End);
            else text.Append(part.Text);
        }

        return text.ToString();
    }

    private static CommandWord Word(string marked)
    {
        var parts = new List<WordPart>();
        var from = 0;
        while (marked.AsSpan(from).IndexOfAny(Split, Whole) is >= 0 and var offset)
        {
            var at = from + offset;
            var end = marked.IndexOf(End, at);
            if (offset > 0) parts.Add(new WordPart(marked[from..at]));
            parts.Add(new WordPart(marked[(at + 1)..end], IsVariable: true, IsSplit: marked[at] == Split));
            from = end + 1;
        }

        if (from < marked.Length || parts.Count == 0) parts.Add(new WordPart(marked[from..]));
        return new CommandWord(parts);
    }
}
