using System.Globalization;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Procfile;

/// <summary>
/// The variable PORT, which foreman gives to every process, and Heroku to <c>web</c>. A program need not listen on it.
/// </summary>
internal static class ProcfilePort
{
    public const string Name = "PORT";

    public const int First = 5000;
    public const int Step = 100;

    /// <summary>As to foreman, what follows the digits does not count.</summary>
    public static bool TryParse(string? text, out int port)
    {
        var start = (text ?? "").TrimStart();
        var digits = start[..(start.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : start.Length)];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is >= 1 and <= ushort.MaxValue;
    }

    public static void Set(string command, int port, Place at, ImportedProgram program)
    {
        var isUsed = IsUsed(command);
        if ((program.Name != "web" && !isUsed) || port > ushort.MaxValue) return;
        var text = port.ToString(CultureInfo.InvariantCulture);
        program.SetVariable(Name, text, at);
        program.Note(at, "PORT as foreman gives it; all workers share it", "environment");
        if (isUsed && !IsSet(command)) program.Ports.Add(text);
    }

    /// <summary>True for <c>$PORT</c> and <c>${PORT...}</c>.</summary>
    private static bool IsUsed(string command)
    {
        for (var at = 0; (at = command.IndexOf(Name, at, StringComparison.Ordinal)) >= 0; at += Name.Length)
        {
            var isVariable = at > 0 && (command[at - 1] == '$' || (command[at - 1] == '{' && at > 1 && command[at - 2] == '$'));
            if (isVariable && !IsWord(command, at + Name.Length)) return true;
        }

        return false;
    }

    /// <summary>True if the command changes the variable: <c>PORT=3000</c>, <c>unset PORT</c>.</summary>
    private static bool IsSet(string command)
    {
        for (var at = 0; (at = command.IndexOf(Name, at, StringComparison.Ordinal)) >= 0; at += Name.Length)
        {
            var end = at + Name.Length;
            if (at > 0 && (IsWord(command, at - 1) || command[at - 1] is '$' or '{')) continue;
            if (end < command.Length && command[end] == '=') return true;
            if (command.AsSpan(0, at).TrimEnd().EndsWith("unset", StringComparison.Ordinal)) return true;
        }

        return false;
    }

    private static bool IsWord(string text, int at) =>
        at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_');
}
