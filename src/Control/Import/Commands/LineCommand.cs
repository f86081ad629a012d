using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Commands;

/// <summary>Sets the command of a program from a line that a shell ran.</summary>
internal static class LineCommand
{
    public static void Set(string line, Place at, ImportedProgram program)
    {
        var words = ShellLine.Command(line, out var isShell, out var isLast);
        program.CommandPlace = at;
        program.Command = [.. words.Select(word => Placeholders.Escape(program.Sound(word, at)))];
        if (isShell && isLast) program.Note(at, "a shell runs this line, and its last command replaces the shell", "command");
        else if (isShell)
            program.Note(
                at, "a shell runs this line; write 'exec' before the server, or signals reach the shell only", "command");
    }
}
