namespace Tests.Manual;

/// <summary>A table of a page of docs/reference.</summary>
/// <param name="Section">The heading above the table, without backquotes.</param>
/// <param name="Columns">The headings of the columns.</param>
/// <param name="Rows">The cells of each row, as they are written.</param>
internal sealed record ReferenceTable(string Section, string[] Columns, List<string[]> Rows)
{
    /// <param name="path">Of the page, in the source tree.</param>
    public static IReadOnlyList<ReferenceTable> AllOf(string path)
    {
        List<ReferenceTable> tables = [];
        var (section, isIn) = ("", false);
        foreach (var line in File.ReadLines(Checkout.At(path)))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) section = line[3..].Trim('`');
            if (!line.StartsWith('|')) isIn = false;
            else if (!isIn) tables.Add(new ReferenceTable(section, Cells(line), []));
            else if (!line.StartsWith("|---", StringComparison.Ordinal)) tables[^1].Rows.Add(Cells(line));
            isIn = line.StartsWith('|');
        }

        return tables;
    }

    /// <summary>The words of a cell, without backquotes.</summary>
    public static string[] Words(string cell) =>
        cell.Split(['`', ' ', ','], StringSplitOptions.RemoveEmptyEntries);

    private static string[] Cells(string line) =>
        [.. line.Trim().TrimStart('|').TrimEnd('|').Split('|').Select(cell => cell.Trim())];
}
