namespace Reuseportd.Model;

/// <summary>The wildcards of glob(7), without escapes: names of services have none of the special characters.</summary>
internal static class Glob
{
    /// <summary>True if the pattern matches the whole text. The time is at most the product of both lengths.</summary>
    public static bool Fits(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int at = 0, from = 0, star = -1, resume = 0;
        while (from < text.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, resume) = (at++, from);
            }
            else if (at < pattern.Length && One(pattern[at..], text[from]) is var length and > 0)
            {
                at += length;
                from++;
            }
            else if (star >= 0)
            {
                // The last star matches one more character. Earlier stars need no second try.
                (at, from) = (star + 1, ++resume);
            }
            else return false;
        }

        while (at < pattern.Length && pattern[at] == '*') at++;
        return at == pattern.Length;
    }

    /// <summary>The length of the first element of the pattern, if that matches the character; else 0.</summary>
    private static int One(ReadOnlySpan<char> pattern, char character)
    {
        if (pattern[0] == '?') return 1;
        // A ']' at the beginning of a set is a member of the set.
        var negated = pattern.Length > 1 && pattern[1] is '!' or '^';
        var first = negated ? 2 : 1;
        var end = pattern[0] == '[' && pattern.Length > first ? pattern[(first + 1)..].IndexOf(']') : -1;
        if (end < 0) return pattern[0] == character ? 1 : 0;
        end += first + 1;
        return IsIn(pattern[first..end], character) != negated ? end + 1 : 0;
    }

    private static bool IsIn(ReadOnlySpan<char> set, char character)
    {
        for (var at = 0; at < set.Length; at++)
        {
            var isRange = at + 2 < set.Length && set[at + 1] == '-';
            if (isRange ? character >= set[at] && character <= set[at + 2] : character == set[at]) return true;
            if (isRange) at += 2;
        }

        return false;
    }
}
