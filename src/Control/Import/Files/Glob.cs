namespace Reuseportd.Control.Import.Files;

/// <summary>A name against a pattern of glob(7): <c>*</c>, <c>?</c>, <c>[ab]</c>, <c>[a-z]</c> and <c>[!a]</c>.</summary>
internal static class Glob
{
    public static bool HasPattern(string text) => text.AsSpan().ContainsAny('*', '?', '[');

    /// <summary>A '.' at the start of a name needs a '.' in the pattern.</summary>
    public static bool IsMatch(string pattern, string name)
    {
        if (name.StartsWith('.') && !pattern.StartsWith('.')) return false;
        var (at, next) = (0, 0);
        var (star, resume) = (-1, 0);
        while (at < name.Length)
        {
            if (next < pattern.Length && pattern[next] == '*')
            {
                (star, resume) = (next++, at);
            }
            else if (next < pattern.Length && One(pattern, next, name[at]) is > 0 and var length)
            {
                next += length;
                at++;
            }
            else if (star >= 0)
            {
                next = star + 1;
                at = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(next).IndexOfAnyExcept('*') < 0;
    }

    /// <returns>Length of the part of the pattern that takes the character; 0 if it does not.</returns>
    private static int One(string pattern, int at, char character)
    {
        if (pattern[at] == '?') return 1;
        var isNegated = at + 1 < pattern.Length && pattern[at + 1] is '!' or '^';
        var first = at + (isNegated ? 2 : 1);
        // A ']' at the start of the set is one of its characters.
        var end = pattern[at] == '[' && first < pattern.Length ? pattern.IndexOf(']', first + 1) : -1;
        if (end < 0) return pattern[at] == character ? 1 : 0;
        var isIn = false;
        for (var i = first; i < end; i++)
        {
            var last = i + 2 < end && pattern[i + 1] == '-' ? pattern[i + 2] : pattern[i];
            isIn |= character >= pattern[i] && character <= last;
            if (i + 2 < end && pattern[i + 1] == '-') i += 2;
        }

        return isIn == isNegated ? 0 : end - at + 1;
    }
}
