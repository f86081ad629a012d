using System.Text;

namespace Reuseportd.Configuration.Reading;

/// <summary>Finds the known word that is nearest to a misspelt one.</summary>
internal static class Spelling
{
    private const int LongestWord = 40;

    /// <returns>The nearest of <paramref name="words"/>, or null if none is near.</returns>
    public static string? Nearest(string written, IEnumerable<string> words)
    {
        if (written.Length > LongestWord) return null;
        var plain = Plain(written);
        var (nearest, least) = ((string?)null, int.MaxValue);
        foreach (var word in words.Order(StringComparer.Ordinal))
        {
            var candidate = Plain(word);
            var farthest = Math.Min(least - 1, Math.Clamp(Math.Max(plain.Length, candidate.Length) / 3, 1, 3));
            if (Math.Abs(plain.Length - candidate.Length) > farthest) continue;
            var distance = Distance(plain, candidate);
            if (distance <= farthest) (nearest, least) = (word, distance);
        }

        return nearest;
    }

    /// <summary>Converts <c>max-delay</c> and <c>maxDelay</c> to snake_case.</summary>
    public static string Plain(string word)
    {
        var plain = new StringBuilder(word.Length + 4);
        for (var at = 0; at < word.Length; at++)
        {
            if (at > 0 && char.IsAsciiLetterUpper(word[at]) && char.IsAsciiLetterLower(word[at - 1])) plain.Append('_');
            plain.Append(word[at] == '-' ? '_' : char.ToLowerInvariant(word[at]));
        }

        return plain.ToString();
    }

    /// <summary>Edit distance: insertions, deletions, replacements and swaps of neighbours (optimal string alignment).</summary>
    private static int Distance(string left, string right)
    {
        var (beforeLast, last, row) = (new int[right.Length + 1], new int[right.Length + 1], new int[right.Length + 1]);
        for (var j = 0; j <= right.Length; j++) row[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            (beforeLast, last, row) = (last, row, beforeLast);
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }
        }

        return row[right.Length];
    }
}
