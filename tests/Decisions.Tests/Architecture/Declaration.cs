using System.Text.RegularExpressions;

namespace Decisions.Tests.Architecture;

/// <summary>A declaration of C# code, from its first word to its semicolon or its closing brace.</summary>
/// <param name="Start">After attributes.</param>
/// <param name="BodyStart">After the opening brace or the arrow; the end if the declaration has no body.</param>
/// <param name="End">The place after the declaration.</param>
internal sealed partial record Declaration(string Code, int Start, int BodyStart, int End)
{
    public bool HasBody => BodyStart < End;

    public bool IsContainer => HasBody && Code[BodyStart - 1] == '{' && Container().IsMatch(Head);

    public string Name => LastName().Match(Head) is { Success: true } match ? match.Groups["name"].Value : Head.Trim();

    public int Lines => Code[Start..End].Count(letter => letter == '\n') + 1;

    public bool IsOneSwitch => Switch().Match(Body) is { Success: true } match
        && Code[AfterBlock(Code, BodyStart + match.Length, End)..End].Trim(' ', '\n', '\r', ';', '}').Length == 0;

    private string Head => Code[Start..(BodyStart - 1)];

    private string Body => Code[BodyStart..End];

    public static Declaration Read(string code, int from, int end)
    {
        var start = AfterAttributes(code, from, end);
        var body = end;
        var isExpression = false;
        for (var at = start; at < end; at++)
        {
            if (code[at] == ';') return new Declaration(code, start, Math.Min(body, at + 1), at + 1);
            if (code[at] is '(' or '[') at = AfterBlock(code, at + 1, end) - 1;
            else if (code[at] == '=' && !IsOperator(code, start, at))
            {
                isExpression = true;
                if (body == end && code[at + 1] == '>') body = at + 2;
            }
            else if (code[at] == '{')
            {
                var after = AfterBlock(code, at + 1, end);
                if (!isExpression) return new Declaration(code, start, at + 1, after);
                at = after - 1;
            }
        }

        return new Declaration(code, start, end, end);
    }

    private static bool IsOperator(string code, int start, int at) =>
        code[start..at].TrimEnd(' ', '=', '!', '<', '>').EndsWith("operator", StringComparison.Ordinal);

    private static int AfterAttributes(string code, int at, int end)
    {
        while (at < end && (char.IsWhiteSpace(code[at]) || code[at] is '[' or '#'))
        {
            if (code[at] == '[') at = AfterBlock(code, at + 1, end);
            else if (code[at] == '#') at = code.IndexOf('\n', at);
            else at++;
        }

        return at;
    }

    /// <param name="at">After the opening bracket of a block.</param>
    /// <returns>The place after the closing bracket of the block.</returns>
    private static int AfterBlock(string code, int at, int end)
    {
        for (var depth = 1; at < end; at++)
        {
            if (code[at] is '(' or '[' or '{') depth++;
            else if (code[at] is ')' or ']' or '}' && --depth == 0) return at + 1;
        }

        return end;
    }

    [GeneratedRegex(@"^((public|internal|private|protected|file|sealed|abstract|static|partial|readonly|ref|unsafe|new)\s+)*"
        + @"(namespace|class|struct|record|interface|enum)\s+\w")]
    private static partial Regex Container();

    [GeneratedRegex(@"\b(?!(public|internal|private|protected|static|override|async|unsafe|readonly|partial|new)\b)"
        + @"(?<name>\w+)\s*(<[^<>()]*>)?\s*(\(|$|=)")]
    private static partial Regex LastName();

    [GeneratedRegex(@"^\s*(switch\s*\([^{}]*\)\s*\{|(return\s+)?[^;{}]*\bswitch\s*\{)")]
    private static partial Regex Switch();
}
